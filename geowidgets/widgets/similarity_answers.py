"""What the browser asks about a map: distances and trees that did not travel, and linear CKA."""

from __future__ import annotations

from typing import Any

import numpy as np


def send(view: Any, similarity: Any, content: dict[str, Any]) -> None:
    """Answer one message of `view`; what cannot be answered comes back as words.

    Messages carry an `id` that the answer repeats: `{"type": "row", "point": i}` → float32
    (point,) distances; `{"type": "tree", "points": [...]}` → int32 (edge, 2) point
    numbers and float32 (edge,) weights; `{"type": "cka", "a": i, "b": j}` → `value`, None where
    one of the two does not vary.
    """
    kind, asked = content.get("type"), content.get("id")
    if kind not in KNOWN:
        return
    try:
        more, buffers = KNOWN[kind](view.store, similarity, content)
    except Exception as error:
        # The view waits for an answer: whatever went wrong must reach it.
        words = error.args[0] if isinstance(error, KeyError) and error.args else error
        view.send({"type": "error", "id": asked, "message": str(words)})
    else:
        view.send({"type": kind, "id": asked, **more}, buffers=buffers)


def _point(similarity: Any, value: Any) -> int:
    n = len(similarity.model)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < n:
        raise ValueError(f"expected a point in 0..{n - 1}, got {value!r}")
    return value


def _row(store: Any, similarity: Any, content: dict[str, Any]) -> tuple[dict, list]:
    point = _point(similarity, content.get("point"))
    # Where distances are approximate they come from the projection, and no matrix of them is kept.
    row = similarity.between([point], range(len(similarity.model)))[0]
    row = np.ascontiguousarray(row, np.float32)
    return {}, [row.data.cast("B")]


def _tree(store: Any, similarity: Any, content: dict[str, Any]) -> tuple[dict, list]:
    asked = content.get("points")
    if not isinstance(asked, list) or not asked:
        raise ValueError(f"expected a list of points, got {asked!r:.80}")
    points = [_point(similarity, value) for value in asked]
    tree = similarity.tree(points)
    edges = np.ascontiguousarray(tree.edges, np.int32)
    weights = np.ascontiguousarray(tree.weights, np.float32)
    # A view with a zero in its shape cannot be cast.
    buffers = [a.data.cast("B") if a.size else memoryview(b"") for a in (edges, weights)]
    return {}, buffers


def _cka(store: Any, similarity: Any, content: dict[str, Any]) -> tuple[dict, list]:
    from geowidgets.geometry import cka
    from geowidgets.schema import StoreError

    latents = []
    for name in ("a", "b"):
        point = _point(similarity, content.get(name))
        pair = int(similarity.model[point]), int(similarity.benchmark[point])
        try:
            latents.append(store.features_matrix(*pair))
        except StoreError as reason:
            raise ValueError("needs a store computed with features='float16'") from reason
    value = float(cka(latents)[0, 1])
    return {"value": value if np.isfinite(value) else None}, []  # JSON knows no NaN


KNOWN = {"row": _row, "tree": _tree, "cka": _cka}
