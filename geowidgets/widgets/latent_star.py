"""`LatentStar`: a latent space of two features, drawn as it is (Fig. 1)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t
from anywidget import WidgetTrait

from geowidgets.widgets import bits
from geowidgets.widgets._base import Displayed, nearest
from geowidgets.widgets.columns import as_message
from geowidgets.widgets.selection import Mirror, Selection
from geowidgets.widgets.selection_samples import sample_mask

if TYPE_CHECKING:
    from geowidgets.redundancy import Star

GESTURES = ("lasso", "box")
MOST = 4


class LatentStar(Displayed):
    """Samples in the plane of two features, class directions and decision regions (Fig. 1).

    One square a star, so that two losses stand side by side. A dot is a sample in the colour of
    its true class, ringed where the prediction is wrong; rays are the class directions W_j; the
    plane has the colour of the class that is predicted there, argmax_j (W_j·X + b_j). The sample
    under the pointer shows its length, its angle to its class direction and its margin, in every
    star. Lasso, box, and the classes' buttons select samples (Shift adds, Alt takes away).

    Args:
        stars: `redundancy.Star`s of the same samples, one to four: one, a sequence (titles are
            their losses), or a dict by title.
        selection: A `Selection` whose store holds these very samples: brushes are shared with its
            other views. Without one, `samples` is the view's own.
        set: Sample set of that store; the reference's by default.
        classes: Class names; the store's, or 0, 1, … by default.
        regions: Whether the decision regions are drawn.
        gesture: What dragging draws: `"lasso"` or `"box"`.
        height: Of a star in CSS pixels; by default what the width asks for.

    Raises:
        TypeError: an unknown option, or no star.
        ValueError: stars of different samples, or samples that are not the selection's.

    Source: Li et al., "Understanding Robustness Lottery", §5, Fig. 1.

    >>> LatentStar([gw.redundancy.star_for(x, y), other])            # doctest: +SKIP
    """

    bundle = "latent_star"

    arrays = t.Dict(help="labels, and features, prediction … of each star; Python.").tag(sync=True)
    titles = t.List(t.Unicode(), help="Name of each star; Python.").tag(sync=True)
    extents = t.List(help="left, right, bottom, top of each star; Python.").tag(sync=True)
    classes = t.List(t.Unicode(), help="Class names; Python.").tag(sync=True)
    regions = t.Bool(True, help="Decision regions; Python and view.").tag(sync=True)
    gesture = t.Enum(GESTURES, "lasso", help="What dragging draws; Python and view.").tag(sync=True)
    height = t.Int(None, allow_none=True, min=120, help="CSS pixels; Python.").tag(sync=True)
    mask = t.Unicode(None, allow_none=True, help="Chosen samples, base64 bits.").tag(sync=True)
    focused = t.Int(None, allow_none=True, help="Sample in focus; Python and view.").tag(sync=True)
    selection = WidgetTrait().tag(sync=True)
    set = t.Unicode(help="Sample set of the selection's store; Python.").tag(sync=True)
    view_id = t.Unicode(help="Owner of this view's clause in the selection.").tag(sync=True)
    samples = Mirror()

    def __init__(
        self,
        stars: Star | Sequence[Star] | Mapping[str, Star],
        selection: Selection | None = None,
        *,
        set: str | None = None,
        classes: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        self.stars = _named(stars)
        first = next(iter(self.stars.values()))
        self._count = len(first.labels)
        for title, star in self.stars.items():
            _check_same(title, star, first)
        if "gesture" in options and options["gesture"] not in GESTURES:
            value = options["gesture"]
            raise ValueError(
                f"gesture: expected one of {', '.join(GESTURES)}, got {value!r}."
                f"{nearest(value, GESTURES)}"
            )
        name = ""
        if selection is not None:
            name = selection.current_set if set is None else selection._set(set)
            _check_store(first.labels, selection, name)
            classes = [str(one) for one in selection.store.classes] if classes is None else classes
        elif set is not None:
            raise ValueError(f"set: {set!r} needs a selection whose store holds it")
        super().__init__(
            arrays=_packed(self.stars), titles=list(self.stars), set=name, selection=selection,
            extents=[[float(end) for end in star.extent] for star in self.stars.values()],
            classes=_class_names(classes, len(first.directions)), **options,
        )  # fmt: skip
        self.observe(lambda _: self._publish(), "mask")
        if selection is not None:
            selection.observe(lambda _: self._publish(), "state")
        self._publish()

    @t.default("view_id")
    def _new_view_id(self) -> str:
        return f"LatentStar-{uuid.uuid4().hex[:12]}"

    @t.validate("mask")
    def _valid_mask(self, proposal: dict[str, Any]) -> str | None:
        value = proposal["value"]
        if value is not None:
            bits.decode(value, self._count, "mask")
        return value

    @t.validate("focused")
    def _valid_focus(self, proposal: dict[str, Any]) -> int | None:
        value = proposal["value"]
        if value is not None and not 0 <= value < self._count:
            raise ValueError(f"focused: expected a sample in 0..{self._count - 1}, got {value}")
        return value

    def _write(self, name: str, value: Any) -> None:
        """`view.samples = …`: indices, a boolean mask `(sample,)`, or None for no choice."""
        if self.selection is None:
            self.mask = None if value is None else bits.encode(sample_mask(value, self._count))
        elif value is None:
            self.selection.dispatch({"type": "clear", "view": self.view_id})
        else:
            mask = sample_mask(value, self._count)
            predicate = {"kind": "samples", "n": int(mask.sum())}
            self.selection.dispatch(
                {
                    "type": "clause", "view": self.view_id, "set": self.set, "pair": None,
                    "predicate": predicate, "mask": bits.encode(mask),
                }
            )  # fmt: skip

    def _publish(self) -> None:
        """Notify those who observe `samples`."""
        if self.selection is not None:
            chosen = np.flatnonzero(self.selection.mask(self.set))
        elif self.mask is None:
            chosen = np.arange(self._count)
        else:
            chosen = np.flatnonzero(bits.decode(self.mask, self._count))
        chosen.flags.writeable = False
        self.traits()["samples"].publish(self, chosen)  # type: ignore[attr-defined]


def _named(stars: Any) -> dict[str, Star]:
    """Stars by title."""
    from geowidgets.redundancy import Star

    if isinstance(stars, Star):
        stars = [stars]
    if not isinstance(stars, Mapping):
        listed = list(stars)
        titles = [getattr(star, "loss", "").replace("_", " ") or "star" for star in listed]
        # The same loss twice: numbers tell them apart.
        stars = {
            title if titles.count(title) == 1 else f"{title} {k + 1}": star
            for k, (title, star) in enumerate(zip(titles, listed, strict=True))
        }
    if not 1 <= len(stars) <= MOST:
        raise ValueError(f"stars: expected 1 to {MOST}, got {len(stars)}")
    for title, star in stars.items():
        if not isinstance(star, Star):
            raise TypeError(f"stars: expected redundancy.Star, got {type(star).__name__} {title!r}")
    return {str(title): star for title, star in stars.items()}


def _check_same(title: str, star: Star, first: Star) -> None:
    if not np.array_equal(star.labels, first.labels):
        raise ValueError(
            f"stars: expected the same samples in all, got {len(star.labels)} in {title!r} and "
            f"{len(first.labels)} in the first, with other labels"
        )


def _check_store(labels: np.ndarray, selection: Selection, name: str) -> None:
    known = np.asarray(selection.store.labels(name))
    if len(known) != len(labels):
        raise ValueError(
            f"selection: its set {name!r} holds {len(known)} samples, the stars {len(labels)}"
        )
    if (other := np.flatnonzero(known != labels)).size:
        i = int(other[0])
        raise ValueError(
            f"selection: its set {name!r} holds other samples: sample {i} is of class "
            f"{int(known[i])} there and {int(labels[i])} in the stars"
        )


def _class_names(classes: Sequence[str] | None, count: int) -> list[str]:
    names = [str(k) for k in range(count)] if classes is None else [str(one) for one in classes]
    if len(names) != count:
        raise ValueError(f"classes: expected {count} names, got {len(names)}")
    return names


def _packed(stars: Mapping[str, Star]) -> dict[str, Any]:
    """What the page draws: float32 and int32, each as dtype, shape and bytes."""
    first = next(iter(stars.values()))
    found: dict[str, np.ndarray] = {"labels": first.labels.astype(np.int32)}
    for k, star in enumerate(stars.values()):
        found[f"features/{k}"] = star.features.astype(np.float32)
        found[f"prediction/{k}"] = star.predictions.astype(np.int32)
        found[f"directions/{k}"] = star.directions.astype(np.float32)
        found[f"bias/{k}"] = star.bias.astype(np.float32)
    packed = {}
    for name, values in found.items():
        header, data = as_message(np.ascontiguousarray(values))
        packed[name] = {**header, "data": bytes(data)}
    return packed
