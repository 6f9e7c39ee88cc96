"""Makes the maps of an `AttributionGrid`: from memory, from the store, or with the model."""

from __future__ import annotations

import copy
import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from geowidgets.schema import AttributionMap, MapSettings
from geowidgets.widgets.attribution_request import Asked

METRICS = ("length", "angle", "margin", "probability")
KEPT_BYTES = 128 << 20
MODEL_BYTES = 1 << 30
MEAN_BYTES = 256 << 20
Progress = Callable[[int, int], Any]


class AbsentError(RuntimeError):
    """Neither the model nor a kept map is at hand; the message names the ways out."""


class Recent:
    """The most recently used values by key, up to `limit` bytes; the newest always stays.

    >>> recent = Recent(10)
    >>> recent.put("a", "A", 6), recent.put("b", "B", 6), recent.get("a")
    ('A', 'B', None)
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[Any, tuple[Any, int]] = OrderedDict()

    def get(self, key: Any) -> Any:
        """The value, or None; counts as a use."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def put(self, key: Any, value: Any, size: int) -> Any:
        """Keep a value and drop what is too old; returns it."""
        self._kept[key] = value, size
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and sum(size for _, size in self._kept.values()) > self._limit:
            self._kept.popitem(last=False)
        return value

    def __len__(self) -> int:
        return len(self._kept)


class MapMaker:
    """Maps of one store; may be asked from any thread, and makes one at a time.

    Models are computed with copies of their own, so that training or `store.add` beside it see
    neither its hooks nor its eval mode.
    """

    def __init__(self, store: Any) -> None:
        self._store = store
        self._busy = threading.Lock()
        self._maps = Recent(KEPT_BYTES)
        self._models = Recent(MODEL_BYTES)
        self._means: dict[str, Any] = {}

    def get(
        self,
        asked: Asked,
        *,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
        keep: bool = False,
    ) -> AttributionMap:
        """One map.

        Args:
            asked: Which one, checked.
            progress: Called with (done, total) while it is computed.
            cancel: Stops the computation once it is set.
            keep: Whether the store keeps it.

        Raises:
            AbsentError: there is no way to it here; names the ways out.
            Exception: what the model or the store raises; `CancelledError` when cancelled.
        """
        with self._busy:
            key = (asked, self._fingerprints(asked))
            found = self._maps.get(key)
            if found is None:
                found = self._stored(asked) or self._computed(asked, progress, cancel)
                self._maps.put(key, found, found.values.nbytes)
        if keep:
            self._store.maps.keep(asked.model, asked.benchmark, asked.sample, found)
        return found

    def picture(self, benchmark: int, sample: int) -> np.ndarray:
        """The image that is attributed, uint8 (y, x, channel)."""
        return self._store.picture(benchmark, sample)

    def settings(self, asked: Asked) -> MapSettings:
        """What is asked for with the defaults filled in: window side/8, stride half of it."""
        if asked.method != "occlusion":
            return MapSettings(asked.method, 0, 0, "", asked.margin)
        shape = self._store.image_shape(self._set(asked))
        window = asked.window or max(1, round(min(shape[:2]) / 8))
        stride = asked.stride or max(1, window // 2)
        return MapSettings("occlusion", window, stride, asked.fill, asked.margin)

    # ---- where maps come from

    def _stored(self, asked: Asked) -> AttributionMap | None:
        """The kept map; where no model is at hand, one of the same method with other settings."""
        if not hasattr(self._store, "maps"):
            return None
        maps = self._store.maps
        where = asked.model, asked.benchmark, asked.sample
        found = maps.get(*where, self.settings(asked))
        if found is not None or self._at_hand(asked.model):
            return found
        for other in maps.settings_of(*where):
            if other.method == asked.method and (found := maps.get(*where, other)) is not None:
                return found
        return None

    def _computed(
        self, asked: Asked, progress: Progress | None, cancel: threading.Event | None
    ) -> AttributionMap:
        if not self._at_hand(asked.model):
            raise self._absent(asked)
        from geowidgets import attribution

        settings = self.settings(asked)
        image = self._store.picture(asked.benchmark, asked.sample)
        label = int(self._store.labels(self._set(asked))[asked.sample])
        model = self._model(asked.model)
        shared = {
            "metrics": METRICS, "margin": settings.margin,
            "use_bias": self._store.settings.use_bias,
            "progress": progress or False, "cancel": cancel,
        }  # fmt: skip
        if asked.method == "occlusion":
            found = attribution.occlusion(
                model, image, label, settings.window, settings.stride, settings.fill,
                mean=self._mean(self._set(asked)), **shared,
            )  # fmt: skip
        else:
            found = attribution.gradient_maps(model, image, label, asked.method, **shared)
        return from_engine(found, settings)

    def _model(self, place: int) -> Any:
        """A copy of the live model as an entry of its own; nobody else runs it."""
        entry = self._store.live_model(place)
        # By the fingerprint in the store, which `attach` compares: not by object, because
        # `live_model` makes a new entry where the study's transform joins it.
        key = entry.name, getattr(self._store.models[place], "fingerprint", None)
        known = self._models.get(key)
        if known is not None:
            return known
        module = copy.deepcopy(entry.load())
        own = dataclasses.replace(entry, module=module, build=None, weights=None, masks=None)
        size = sum(p.nbytes for p in (*module.parameters(), *module.buffers()))
        return self._models.put(key, own, size)

    def _mean(self, name: str) -> Any:
        """The set's mean pixel, (channel,) in [0, 1]; None where the store keeps no images."""
        if name not in self._means:
            from geowidgets.attribution import mean_pixel

            n, shape = self._store.size(name), self._store.image_shape(name)
            fits = max(1, MEAN_BYTES // max(1, int(np.prod(shape))))
            few = None if n <= fits else np.linspace(0, n - 1, fits).astype(int)
            images = self._store.images(name, few)
            self._means[name] = None if images is None else mean_pixel(images)
        return self._means[name]

    # ---- what is known of the store

    def _set(self, asked: Asked) -> str:
        return self._store.benchmarks[asked.benchmark].set

    def _at_hand(self, model: int) -> bool:
        return self._store.models[model].name in getattr(self._store, "at_hand", ())

    def _fingerprints(self, asked: Asked) -> tuple[Any, Any]:
        """What tells a replaced model or benchmark from the one that had its place."""
        model, benchmark = self._store.models[asked.model], self._store.benchmarks[asked.benchmark]
        return getattr(model, "fingerprint", None), getattr(benchmark, "fingerprint", None)

    def _absent(self, asked: Asked) -> AbsentError:
        model = self._store.models[asked.model].name
        benchmark = self._store.benchmarks[asked.benchmark].name
        if members := getattr(self._store.models[asked.model], "members", ()):
            return AbsentError(
                f"{model!r} is an ensemble: {len(members)} models vote, and no one net looks at "
                "the image"
            )
        error = AbsentError(
            f"the model {model!r} is not at hand, and the store keeps no map of sample "
            f"{asked.sample} on {benchmark!r}"
        )
        # A note, not the message: the page shows the message above its own list of ways out.
        error.add_note(
            f"Ways out: store.attach([ModelEntry({model!r}, net)]) with the net that was measured; "
            "or open the store by GeometryStore.compute(study, path); or, where the models are, "
            "AttributionGrid(store).keep_maps(samples)."
        )
        return error


def from_engine(found: Any, settings: MapSettings) -> AttributionMap:
    """A labelled array of `geowidgets.attribution` as the views and the store keep it."""
    probability = float(found.attrs["probability_predicted"])
    known = np.isfinite(probability)
    return AttributionMap(
        settings,
        tuple(str(name) for name in found["metric"].values),
        np.ascontiguousarray(found.values, np.float32),
        np.asarray(found["unoccluded"].values, np.float32),
        int(found.attrs["prediction"]) if known else -1,
        probability,
    )
