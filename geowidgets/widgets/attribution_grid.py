"""`AttributionGrid`: which parts of one image hold up its place in each model's latent space."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import traitlets as t

from geowidgets.schema import MAP_FILLS, MAP_METHODS, MARGIN_READINGS
from geowidgets.widgets._base import View, position
from geowidgets.widgets.attribution_labels import labelled
from geowidgets.widgets.attribution_maps import AbsentError, MapMaker
from geowidgets.widgets.attribution_page import at_hand, map_message, packed
from geowidgets.widgets.attribution_request import Asked, check, one_of, read_message
from geowidgets.widgets.attribution_rows import rows
from geowidgets.widgets.attribution_worker import NewestWins
from geowidgets.widgets.columns import ReadableStore, as_message

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.widgets.selection import Selection

CONTRASTS = MAP_METHODS[1:]
TELL_SECONDS = 0.1  # progress reaches the page at most this often


class AttributionGrid(View):
    """Occlusion maps of the sample in focus: a row a model, a column a metric (Fig. 6, §6.4).

    Patches of the image are hidden one at a time; a pixel's value is the mean over the patches R
    that hold it, mean_{R ∋ p} (metric(x_R) − metric(x)). Blue: the metric rises when the region is
    hidden (removing it strengthens the metric); red: it falls. One symmetric scale a metric
    across all rows; in green the metric of the image as it is. The sample is
    `selection.focus`, the image that of `selection.reference`'s benchmark; click a point or a
    thumbnail in another view and the grid follows.

    Rows are `models`, else those in focus: `selection.models`, the models of `selection.pairs`,
    reference and compared, or the reference among those that it was pruned from and to.

    Args:
        store: What to show. Maps need the models: they are at hand after
            `GeometryStore.compute(study, path)` or `store.attach(models)`; maps that the store
            keeps show without them.
        selection: Shared with other views; a new one by default.
        models: Rows by name or position; None: those in focus.
        window: Side of the hidden patch, pixels; None: an eighth of the image's side.
        stride: Pixels between patches; None: half of the window.
        fill: What hides: the data set's `"mean"`, `"zero"` (black) or `"blur"`.
        margin: Reading of the margin, `"predicted"`, `"true"` or `"signed"`; the store's own by
            default.
        contrast: Gradient methods shown beside it: `"gradient_x_input"`, `"integrated_gradients"`.
        opacity: Of the maps over the image, 0..1.
        store_maps: Whether every map that is made is kept in the store.

    Raises:
        TypeError: an unknown option.
        ValueError: a name, position or choice that does not exist; says which do.

    >>> AttributionGrid(store, selection, fill="blur")             # doctest: +SKIP
    >>> AttributionGrid(store).maps(sample=12)                     # doctest: +SKIP
    """

    bundle = "attribution_grid"

    models = t.Any(help="Rows (positions), None: those in focus; Python and view.").tag(sync=True)
    window = t.Int(None, allow_none=True, min=1, help="Pixels; Python and view.").tag(sync=True)
    stride = t.Int(None, allow_none=True, min=1, help="Pixels; Python and view.").tag(sync=True)
    fill = t.Enum(MAP_FILLS, "mean", help="What hides; Python and view.").tag(sync=True)
    margin = t.Enum(MARGIN_READINGS, help="Reading; Python and view.").tag(sync=True)
    contrast = t.List(t.Enum(CONTRASTS), help="Gradients beside; Python and view.").tag(sync=True)
    opacity = t.Float(0.8, min=0, max=1, help="Of the maps; Python and view.").tag(sync=True)
    store_maps = t.Bool(False, help="Keep every map in the store; Python.").tag(sync=True)
    live = t.List(t.Int(), help="Positions of the models at hand; Python.").tag(sync=True)
    preloaded = t.Dict(help="key → map with its bytes; written by Python.").tag(sync=True)

    def __init__(
        self, store: ReadableStore, selection: Selection | None = None, **options: Any
    ) -> None:
        self.store = store
        self._maker = MapMaker(store)
        self._worker = NewestWins()
        for name, known in (("fill", MAP_FILLS), ("margin", MARGIN_READINGS)):
            if name in options:
                one_of(options[name], known, name)
        for name in _listed(options.get("contrast", ())):
            one_of(name, CONTRASTS, "contrast")
        settings = getattr(store, "settings", None)
        margin = getattr(settings, "margin", MARGIN_READINGS[0])
        super().__init__(store, selection, **{"margin": margin, "live": self._live(), **options})
        self.on_msg(AttributionGrid._heard)
        subscribe = getattr(store, "subscribe", None)
        if subscribe is not None:
            subscribe(self._store_changed)

    def close(self) -> None:
        """Stop computing, close the view, and with it the hubs that nobody else uses."""
        self._worker.cancel()
        super().close()

    @t.validate("models")
    def _valid_models(self, proposal: dict[str, Any]) -> list[int] | None:
        value = proposal["value"]
        if value is None:
            return None
        names = [str(entry.name) for entry in self.store.models]
        return list(dict.fromkeys(position(one, names, "models") for one in _listed(value)))

    # ---- read from Python

    @property
    def rows(self) -> list[int]:
        """Positions of the models shown, in order."""
        state = self.selection.state
        if self.models is not None:
            state = {**state, "models": self.models}
        return rows(list(self.store.models), len(self.store.benchmarks), state)

    def maps(
        self,
        sample: int | None = None,
        models: Iterable[str | int] | None = None,
        benchmark: str | int | None = None,
        method: str = "occlusion",
    ) -> xr.DataArray:
        """The raw maps with the view's settings; what is missing is computed first.

        Args:
            sample: Position in the benchmark's set; the sample in focus by default.
            models: Names or positions; the rows of the view by default.
            benchmark: Name or position; the reference's by default.
            method: `"occlusion"`, `"gradient_x_input"` or `"integrated_gradients"`.

        Returns:
            float32 `(model, metric, y, x)`, metric(hidden) − metric(original) [the metric's
            unit], NaN where nothing was hidden. Coordinates: `ratio (model)`,
            `unoccluded (model, metric)`, `prediction (model)`, `probability (model)` of the
            prediction, `unit (metric)`. Attributes: `sample`, `label`, `benchmark`, `set` and
            the settings.

        Raises:
            ValueError: no sample in focus, or a name or position that does not exist.
            AbsentError: neither a model nor a kept map of it is at hand.

        >>> view.maps(sample=12).sel(model="dense", metric="angle")  # doctest: +SKIP
        """
        asked = self._asked(sample, models, benchmark, method)
        found = [self._maker.get(one, keep=self.store_maps) for one in asked]
        return labelled(self.store, asked, found)

    def keep_maps(
        self,
        samples: int | Iterable[int] | None = None,
        models: Iterable[str | int] | None = None,
        benchmark: str | int | None = None,
    ) -> int:
        """Keep maps of the rows in the store, so that it shows them where the models are not.

        Args:
            samples: Positions; the sample in focus by default.
            models: As in `maps`.
            benchmark: As in `maps`.

        Returns:
            How many maps the store holds of what was asked for.

        Raises:
            ValueError, AbsentError: as in `maps`.
            StoreError: the store cannot be written.
        """
        each = [samples] if samples is None or isinstance(samples, int) else list(samples)
        count = 0
        for sample in each:
            for method in ("occlusion", *self.contrast):
                for one in self._asked(sample, models, benchmark, method):
                    self._maker.get(one, keep=True)
                    count += 1
        return count

    def preload(self, samples: int | Iterable[int] | None = None) -> None:
        """Put maps of the rows into the widget's state: a saved page shows them by itself.

        Args:
            samples: Positions; the sample in focus by default.

        >>> view.preload([3, 12]); view.save_html("two-digits.html")  # doctest: +SKIP
        """
        each = [samples] if samples is None or isinstance(samples, int) else list(samples)
        added: dict[str, Any] = {}
        for one in self._of_samples(each):
            added |= packed(self._maker, one)
        self.preloaded = {**self.preloaded, **added}

    def page_state(self) -> dict[str, Any]:
        """The synced state, with the maps of the sample in focus and those that the store keeps."""
        found = at_hand(self._maker, self._page_maps())
        return {**super().page_state(), "preloaded": {**found, **self.preloaded}}

    def _page_maps(self) -> Iterator[Asked]:
        """What a page shows without being asked: the rows' maps on the reference's benchmark."""
        state = self.selection.state
        if state["reference"] is None:
            return
        benchmark = self.store.benchmarks[state["reference"][1]]
        focus = state["focus"]
        samples = [int(focus["sample"])] if focus and focus["set"] == benchmark.set else []
        yield from self._of_samples(samples)
        kept = getattr(getattr(self.store, "maps", None), "kept", list)()
        stored = {one.sample for one in kept if one.benchmark == str(benchmark.name)}
        for one in self._of_samples(sorted(stored - set(samples))):
            if any(k.sample == one.sample and k.model == self._name(one) for k in kept):
                yield one

    def _of_samples(self, samples: Iterable[int | None]) -> Iterator[Asked]:
        for sample in samples:
            for method in ("occlusion", *self.contrast):
                yield from self._asked(sample, None, None, method)

    def _name(self, one: Asked) -> str:
        return str(self.store.models[one.model].name)

    def _asked(
        self, sample: int | None, models: Any, benchmark: str | int | None, method: str
    ) -> list[Asked]:
        """The rows' maps, checked."""
        state = self.selection.state
        if benchmark is None and state["reference"] is None:
            raise ValueError("benchmark: the store holds no benchmark yet")
        known = [str(entry.name) for entry in self.store.benchmarks]
        place = state["reference"][1] if benchmark is None else benchmark
        place = position(place, known, "benchmark")
        set_ = self.store.benchmarks[place].set
        if sample is None:
            focus = state["focus"]
            if focus is None or focus["set"] != set_:
                raise ValueError(
                    f"sample: none of the set {set_!r} is in focus; give one, or set "
                    "selection.focus"
                )
            sample = int(focus["sample"])
        names = [str(entry.name) for entry in self.store.models]
        chosen = (
            self.rows
            if models is None
            else [position(one, names, "models") for one in _listed(models)]
        )
        counts = len(names), len(known), self.store.size(set_)
        look = self.window, self.stride, self.fill, self.margin
        return [check(Asked(method, *look, m, place, int(sample)), *counts) for m in chosen]

    # ---- asked by the page

    def _heard(self, content: Any, buffers: list) -> None:
        """Start on what the page asks for; what is wrong with it goes back as words."""
        kind = content.get("type") if isinstance(content, dict) else None
        if kind == "cancel":
            self._worker.cancel()
        elif kind == "compute":
            name = content.get("id")
            try:
                name, asked = read_message(content, self.store)
            except ValueError as error:
                self.send({"type": "refused", "id": name, "message": str(error)})
                return
            self.send({"type": "accepted", "id": name})
            picture = bool(content.get("picture"))
            self._worker.submit(lambda cancel: self._work(name, asked, picture, cancel))
        else:
            self.refuse(content, "a message of the type 'compute' or 'cancel'")

    def _work(
        self, name: str, asked: Sequence[Asked], picture: bool, cancel: threading.Event
    ) -> None:
        """Send maps one by one as they are made; on the worker's thread."""
        if picture and asked:
            self._send_picture(asked[0])
        for done, one in enumerate(asked):
            if cancel.is_set():
                break
            tell = self._teller(name, done, len(asked))
            try:
                found = self._maker.get(one, progress=tell, cancel=cancel, keep=self.store_maps)
            except Exception as error:
                if cancel.is_set():
                    break
                absent = isinstance(error, AbsentError)
                self._say("problem", key=one.key, message=str(error), absent=absent)
            else:
                header, data = map_message(one, found)
                self._say("map", [data], key=one.key, **header)
        self._say("cancelled" if cancel.is_set() else "finished", id=name)

    def _teller(self, name: str, done: int, of: int) -> Any:
        told = [time.monotonic()]

        def tell(step: int, steps: int) -> None:
            now = time.monotonic()
            if now - told[0] >= TELL_SECONDS:
                told[0] = now
                self._say("progress", id=name, done=done + step / max(1, steps), of=of)

        return tell

    def _send_picture(self, one: Asked) -> None:
        key = f"picture/{one.benchmark}/{one.sample}"
        try:
            header, data = as_message(self._maker.picture(one.benchmark, one.sample))
        except Exception as error:
            self._say("problem", key=key, message=str(error), absent=True)
        else:
            self._say("map", [data], key=key, **header)

    def _say(self, type: str, buffers: list | None = None, **content: Any) -> None:
        if self.comm is not None:
            self.send({"type": type, **content}, buffers=buffers)

    def _store_changed(self) -> None:
        if self.comm is not None and (live := self._live()) != self.live:
            self.live = live

    def _live(self) -> list[int]:
        known = set(getattr(self.store, "at_hand", ()))
        return [m for m, entry in enumerate(self.store.models) if entry.name in known]


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str | int) else list(value)
