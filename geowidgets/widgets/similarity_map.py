"""`SimilarityMap`: every model on every benchmark as one point, similar ones near each other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import traitlets as t

from geowidgets.widgets import similarity_answers, similarity_job
from geowidgets.widgets._base import View, nearest, position
from geowidgets.widgets.columns import ReadableStore
from geowidgets.widgets.selection import Selection
from geowidgets.widgets.selection_growth import Move

COLORS = ("method", "architecture", "benchmark", "family", "ratio", "distance")
SHAPES = ("architecture", "method", "none")
RATIOS = ("size", "lightness", "none")
GESTURES = ("lasso", "box", "pan")
SPACES = ("distances", "layout")
GROUPED = ("benchmark", "family", "architecture", "method", "ratio")
_CHOICES = {
    "color": COLORS, "shape": SHAPES, "ratio": RATIOS, "gesture": GESTURES, "space": SPACES,
    "scale": ("rms", "rank", "none"), "length": ("shared", "per_model"),
    "method": ("umap", "pca", "auto"),
}  # fmt: skip
_ASKED = ("scale", "length", "method", "seed", "neighbors", "min_dist", "device")


class SimilarityMap(View):
    """The geometric similarity view (paper §6.1 and §7.1, Figs 3 and 7).

    A point is a model evaluated on a benchmark: angle to its true class, length and margin of
    every sample, each scaled by its own RMS. Near points have similar geometry; the plane is
    UMAP's layout and not a metric, so the real distance to the reference is shown under the
    pointer. Lasso or box picks pairs in every view of the selection, a click is the reference,
    with Shift the compared pair. Where models or benchmarks are chosen, in the table or from the
    list of redundant benchmarks, their points alone are left; one or two benchmarks carry their
    minimum spanning trees, drawn on the high-dimensional distances.

    The view appears at once; a thread of its own computes the map and keeps it in the store.

    Args:
        store: What to show.
        selection: Shared with other views; a new one by default.
        models: Names or positions of the models that become points; all by default.
        benchmarks: The same for benchmarks.
        set: Sample set; the first by default.
        scale: How the blocks are made comparable: `"rms"`, `"rank"` or `"none"`.
        length: Lengths of all models on one scale (`"shared"`) or each on its own
            (`"per_model"`).
        method: `"umap"`, `"pca"`, or `"auto"`: UMAP from 4 points on.
        seed: Of the layout.
        neighbors: Points that UMAP takes for a neighbourhood.
        min_dist: How near UMAP lets points come, 0..1.
        similarity: A `Similarity` of this store that is computed already.
        compute: Whether to begin at once; otherwise a button in the view, or `wait`, does.
        color: `"method"`, `"architecture"`, `"benchmark"`, `"family"`, `"ratio"` (share of weights
            removed) or `"distance"` (real distance to the reference).
        shape: Marks by `"architecture"`, by `"method"` or `"none"`.
        ratio: The share of weights removed as `"size"`, `"lightness"` or `"none"`.
        hidden: Groups left out, as their legend entries do: `"method/random"`, `"benchmark/fog-3"`.
        trees: Up to two groups whose minimum spanning trees are drawn, `["benchmark/clean",
            "benchmark/fog-3"]`, `"selected"` for the pairs in focus; `"each"` for a tree a colour,
            `()` for none, None for those of one or two benchmarks in focus.
        space: Trees over the `"distances"` or the `"layout"`.
        gesture: What dragging does: `"lasso"`, `"box"` or `"pan"`.
        height: Of the map in CSS pixels; by default what the width asks for.

    Raises:
        TypeError: an unknown option.
        ValueError: a name, position or choice that does not exist; says which do.

    >>> view = SimilarityMap(store, color="benchmark")            # doctest: +SKIP
    >>> view.wait().redundancy().head()                           # doctest: +SKIP
    """

    bundle = "similarity_map"
    # Here, because a widget whose options are refused is closed before it is made.
    _job: similarity_job.Job | None = None
    _answer: similarity_job.Answer | None = None

    color = t.Enum(COLORS, "method", help="What colours tell; Python and view.").tag(sync=True)
    shape = t.Enum(SHAPES, "architecture", help="What marks tell; Python and view.").tag(sync=True)
    ratio = t.Enum(RATIOS, "size", help="How the ratio shows; Python and view.").tag(sync=True)
    hidden = t.List(t.Unicode(), help="Groups left out; Python and view.").tag(sync=True)
    trees = t.Any(help="Groups with trees, None: those in focus; Python and view.").tag(sync=True)
    space = t.Enum(SPACES, "distances", help="What trees span; Python and view.").tag(sync=True)
    gesture = t.Enum(GESTURES, "lasso", help="What dragging does; Python and view.").tag(sync=True)
    height = t.Int(None, allow_none=True, min=200, help="CSS pixels; Python.").tag(sync=True)
    phase = t.Dict(help="How far the map is; written by Python.").tag(sync=True)
    arrays = t.Dict(help="The map's numbers, see `similarity_job.pack`; Python.").tag(sync=True)
    info = t.Dict(help="How the map was made; written by Python.").tag(sync=True)

    def __init__(
        self,
        store: ReadableStore,
        selection: Selection | None = None,
        *,
        models: Sequence[str | int] | None = None,
        benchmarks: Sequence[str | int] | None = None,
        set: str | None = None,
        similarity: Any = None,
        compute: bool = True,
        **options: Any,
    ) -> None:
        _check_choices(options)
        asked = {name: options.pop(name) for name in _ASKED if name in options}
        self._ask = similarity_job.Ask(
            set=_check_set(store, set),
            models=_check_names(models, [m.name for m in store.models], "models"),
            benchmarks=_check_names(benchmarks, [b.name for b in store.benchmarks], "benchmarks"),
            **asked,
        )
        self._groups = group_names(store)
        self._given = similarity
        self._turn = threading.Lock()
        super().__init__(store, selection, **options)
        self.phase = _phase("waiting")
        self.on_msg(SimilarityMap._hear)
        if compute:
            self.start()

    # ---- computing

    def start(self) -> None:
        """Begin to compute the map, unless that is under way; what is known shows at once."""
        with self._turn:
            if self._job is not None and self._job.thread.is_alive():
                return
            if not self._points():
                self.phase = _phase("empty")
                return
            found = similarity_job.known(self.store, self._ask)
            if found is not None and self._given is None:
                self._show(found)
                return
            self.phase = _phase("computing", stage="reading", done=0.0)
            self._job = similarity_job.Job(self._work, self._report, self._finished)

    def cancel(self) -> None:
        """Stop computing; the view offers to begin again."""
        if self._job is not None:
            self._job.cancel()

    def wait(self, timeout: float | None = None) -> Any:
        """Wait until the map is there, and begin it where nobody has.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            The `Similarity`.

        Raises:
            TimeoutError: it took longer.
            RuntimeError: it was cancelled, or could not be computed; the cause is chained.
        """
        if self._answer is None and self._job is None:
            self.start()
        job = self._job
        if job is not None:
            job.thread.join(timeout)
            if job.thread.is_alive():
                raise TimeoutError(f"wait: the map was not there after {timeout} s; {self.phase}")
            if job.error is not None:
                raise RuntimeError(f"wait: {self.phase['message']}") from job.error
        if self._answer is None:
            raise RuntimeError(f"wait: {_EMPTY}")
        return self._answer.similarity

    @property
    def similarity(self) -> Any:
        """The `Similarity` behind the map, or None while it is not there."""
        return None if self._answer is None else self._answer.similarity

    def page_state(self) -> dict[str, Any]:
        """The synced state that a saved page carries: with the map, which is waited for.

        A page has no kernel that could end what was under way.
        """
        if self._job is not None and self._job.thread.is_alive():
            with suppress(RuntimeError):  # the page shows in words what went wrong
                self.wait()
        return super().page_state()

    def follow(self, move: Move) -> None:
        """Draw a small map anew, with what has joined; drop one that is about what is gone."""
        self._groups = group_names(self.store)
        self._ask = replace(
            self._ask,
            models=move.axis("models", self._ask.models),  # type: ignore[arg-type]
            benchmarks=move.axis("benchmarks", self._ask.benchmarks),  # type: ignore[arg-type]
            set=self._ask.set if self._ask.set in self.store.sets else None,
        )
        drawn = self._answer is not None
        if not move.only_adds:
            self.cancel()
            self._answer = None
            with self.hold_sync():
                self.arrays, self.info, self.phase = {}, {}, _phase("waiting")
                self.hidden = [name for name in self.hidden if name in self._groups]
                self.trees = None
        if drawn and self._points() <= AT_ONCE:
            self.start()

    def close(self) -> None:
        """Close the view and stop what it computes."""
        self.cancel()
        super().close()

    def _points(self) -> int:
        """Complete pairs among those asked for."""
        name = self._ask.set or next(iter(self.store.sets), "")
        models, wanted = self._ask.models, self._ask.benchmarks
        rows = range(len(self.store.models)) if models is None else models
        columns = range(len(self.store.benchmarks)) if wanted is None else wanted
        own = [b for b in columns if self.store.benchmarks[int(b)].set == name]
        return sum(bool(self.store.done[int(m), b]) for m in rows for b in own)

    def _work(self, report: similarity_job.Report) -> similarity_job.Answer:
        return similarity_job.compute(self.store, self._ask, report, self._given)

    def _report(self, stage: str, done: float) -> None:
        if self.comm is not None:
            self.phase = _phase("computing", stage=stage, done=round(done, 3))

    def _finished(self, answer: similarity_job.Answer | None, error: BaseException | None) -> None:
        self._given = None
        if self.comm is None:
            return
        if answer is not None:
            self._show(answer)
        elif isinstance(error, similarity_job.CancelledError):
            self.phase = _phase("cancelled", message=str(error))
        else:
            self.phase = _phase("failed", message=f"{type(error).__name__}: {error}")

    def _show(self, answer: similarity_job.Answer) -> None:
        self._answer = answer
        with self.hold_sync():
            self.arrays = answer.arrays
            self.info = answer.info
            self.phase = _phase("ready")

    # ---- the browser's questions

    def _hear(self, content: Any, buffers: list) -> None:
        kind = content.get("type") if isinstance(content, dict) else None
        if kind == "compute":
            self.start()
        elif kind == "cancel":
            self.cancel()
        elif not isinstance(kind, str) or kind not in similarity_answers.KNOWN:
            self.refuse(content, f"a message of the type compute, cancel, {_QUESTIONS}")
        elif self._answer is None:
            words = f"{kind}: expected a map that is there, it is {self.phase['name']}"
            self.send({"type": "error", "id": content.get("id"), "message": words})
        else:
            similarity_answers.send(self, self._answer.similarity, content)

    # ---- checks

    @t.validate("hidden")
    def _valid_hidden(self, proposal: dict[str, Any]) -> list[str]:
        return [self._group(name, "hidden") for name in dict.fromkeys(proposal["value"])]

    @t.validate("trees")
    def _valid_trees(self, proposal: dict[str, Any]) -> list[str] | str | None:
        value = proposal["value"]
        if value is None or value == "each":
            return value
        chosen = [value] if isinstance(value, str) else list(value)
        if len(chosen) > 2:
            raise ValueError(f"trees: expected at most two groups or 'each', got {chosen}")
        return [one if one == "selected" else self._group(one, "trees") for one in chosen]

    def _group(self, name: str, what: str) -> str:
        # Ratios are measured, and grouped by the view.
        if name not in self._groups and not name.startswith("ratio/"):
            raise ValueError(f"{what}: unknown group {name!r}.{nearest(name, self._groups)}")
        return name


AT_ONCE = 1500  # points that are laid out in seconds: larger maps wait until somebody asks
_QUESTIONS = ", ".join(similarity_answers.KNOWN)
_EMPTY = (
    "the store holds no computed pair of these models and benchmarks; run "
    "GeometryStore.compute(study, path) first"
)


def _phase(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "stage": "", "done": 0.0, "message": "", **more}


def group_names(store: ReadableStore) -> list[str]:
    """Every group that a legend entry can stand for, as `attribute/value`."""
    names = [f"benchmark/{entry.name}" for entry in store.benchmarks]
    names += [f"family/{entry.family}" for entry in store.benchmarks]
    for attribute in ("architecture", "method"):
        names += [f"{attribute}/{getattr(entry, attribute)}" for entry in store.models]
    return list(dict.fromkeys(names))


def _check_choices(options: dict[str, Any]) -> None:
    for name, known in _CHOICES.items():
        if name in options and options[name] not in known:
            value = options[name]
            raise ValueError(
                f"{name}: expected one of {', '.join(known)}, got {value!r}.{nearest(value, known)}"
            )


def _check_set(store: ReadableStore, name: str | None) -> str | None:
    if name is not None and name not in store.sets:
        raise ValueError(f"set: unknown name {name!r}.{nearest(name, list(store.sets))}")
    return name


def _check_names(chosen: Any, names: list[str], what: str) -> tuple[int, ...] | None:
    if chosen is None:
        return None
    values = [chosen] if isinstance(chosen, (str, int)) else list(chosen)
    return tuple(dict.fromkeys(position(one, names, what) for one in values))
