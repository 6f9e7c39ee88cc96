"""Attribution maps kept in a store, one small array each, so that a store shows them by itself."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from zarr.codecs import Crc32cCodec

from geowidgets.schema import AttributionMap, MapSettings, StoreError
from geowidgets.store.contents import Contents


@dataclass(frozen=True)
class KeptMap:
    """Which map a store keeps, by names."""

    model: str
    benchmark: str
    sample: int
    settings: MapSettings


class StoredMaps:
    """The maps of a store: `store.maps`.

    Each is an array `maps/<model>/<set>/<benchmark>/<settings>/<sample>` whose attributes hold a
    digest over all of it: what is half written, or damaged, reads as not there.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def keep(
        self, model: str | int, benchmark: str | int, sample: int, kept: AttributionMap
    ) -> None:
        """Write one map; one that is there already and whole stays as it is.

        Raises:
            StoreError: an unknown name, a sample out of range, or a store that cannot be written.
        """
        if self.get(model, benchmark, sample, kept.settings) is not None:
            return
        folder = self._folder(model, benchmark, sample, kept.settings)
        values = np.ascontiguousarray(kept.values, np.float32)
        about = {
            "settings": asdict(kept.settings),
            "metrics": list(kept.metrics),
            "baseline": [_plain(value) for value in kept.baseline],
            "prediction": int(kept.prediction),
            "probability": _plain(kept.probability),
        }
        try:
            group = self._contents.place.root("r+").require_group(folder)
            array: Any = group.create_array(
                str(sample),
                shape=values.shape,
                chunks=values.shape,
                dtype="float32",
                fill_value=float("nan"),
                dimension_names=("metric", "y", "x"),
                compressors=Crc32cCodec(),
                attributes={**about, "digest": _digest(about, values)},
                overwrite=True,
            )
            array[:] = values
        except OSError as error:
            raise StoreError(
                f"{self._contents.place.path} cannot keep maps: {error}; open a copy that may be "
                "written to, or leave store_maps off"
            ) from error

    def get(
        self, model: str | int, benchmark: str | int, sample: int, settings: MapSettings
    ) -> AttributionMap | None:
        """A kept map, or None where there is none that is whole."""
        folder = self._folder(model, benchmark, sample, settings)
        root = self._contents.place.root("r")
        try:
            array: Any = root[f"{folder}/{sample}"]
            about = array.attrs.asdict()
            values = np.asarray(array[:], np.float32)
            digest = about.pop("digest")
            if digest != _digest(about, values) or about["settings"] != asdict(settings):
                return None
            return AttributionMap(
                settings,
                tuple(about["metrics"]),
                values,
                np.array([_number(value) for value in about["baseline"]], np.float32),
                int(about["prediction"]),
                _number(about["probability"]),
            )
        except (KeyError, OSError, TypeError, ValueError, RuntimeError):
            return None  # absent, half written or damaged: it can be made again

    def settings_of(self, model: str | int, benchmark: str | int, sample: int) -> list[MapSettings]:
        """Settings of the maps that are kept of one sample."""
        row, column = self._contents.model(model), self._contents.benchmark(benchmark)
        folder = f"maps/{row.slot}/{column.set}/{column.slot}"
        names = self._contents.place.names
        found = [MapSettings.from_key(key) for key in sorted(names(folder))]
        return [s for s in found if s is not None and str(sample) in names(f"{folder}/{s.key}")]

    def kept(self) -> list[KeptMap]:
        """The maps that are there, by name; `get` says whether each is whole."""
        names = self._contents.place.names
        benchmarks = self._contents.index.live_benchmarks
        found = []
        for model in self._contents.index.live_models:
            sets = set(names(f"maps/{model.slot}"))
            for benchmark in benchmarks:
                if benchmark.set not in sets:
                    continue
                folder = f"maps/{model.slot}/{benchmark.set}/{benchmark.slot}"
                for key in sorted(names(folder)):
                    if (settings := MapSettings.from_key(key)) is None:
                        continue
                    digits = (s for s in names(f"{folder}/{key}") if s.isascii() and s.isdigit())
                    size = self._contents.index.sets[benchmark.set].size
                    samples = sorted(s for s in map(int, digits) if s < size)
                    found += [KeptMap(model.name, benchmark.name, s, settings) for s in samples]
        return found

    def _folder(
        self, model: str | int, benchmark: str | int, sample: int, settings: MapSettings
    ) -> str:
        row, column = self._contents.model(model), self._contents.benchmark(benchmark)
        size = self._contents.index.sets[column.set].size
        if not 0 <= sample < size:
            raise StoreError(f"sample {sample!r} is out of range: expected 0 … {size - 1}")
        return f"maps/{row.slot}/{column.set}/{column.slot}/{settings.key}"


def _digest(about: dict[str, Any], values: np.ndarray) -> str:
    """Over the values (NaN in its canonical form) and everything that is said about them."""
    plain = np.where(np.isnan(values), np.float32(np.nan), values).astype(np.float32)
    whole = hashlib.blake2b(json.dumps(about, sort_keys=True).encode(), digest_size=16)
    whole.update(f"{plain.shape}".encode() + plain.tobytes())
    return whole.hexdigest()


def _plain(value: Any) -> float | None:
    """A number as JSON knows it, which has no NaN."""
    number = float(value)
    return number if math.isfinite(number) else None


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
