"""The arrays of a store: made and lengthened here, under the lease, before anything is filled.

* `sets/<set>/<variable>` (model, benchmark, sample[, class]): one chunk a pair and block
* `sets/<set>/digest` (model, benchmark, block): uint64, 0 = not computed
* `sets/<set>/label`, `images` (sample, …)
* `heads/<slot>/weight`, `bias`
* `features/<slot>/<set>` (benchmark, sample, feature): float16, on request
* `summary/<set>` (benchmark, model, byte): derived, disposable
"""

from __future__ import annotations

from typing import Any

import numpy as np
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec

from geowidgets.schema import VARIABLES, Index, SetInfo, summary_dtype
from geowidgets.store.arrays import DIGEST, values_digest
from geowidgets.store.chunks import write_whole
from geowidgets.store.disk import Place

SUMMARY_MODELS = 128
_CHECKED = ZstdCodec(checksum=True)  # a flipped bit is an error, not another number
_LABELS = {
    "model": ("name", "architecture", "method", "parent"),
    "benchmark": ("name", "corruption", "family"),
}
_NUMBERS = {"model": {"ratio": "float64", "seed": "int64"}, "benchmark": {"severity": "int64"}}


def clear_set(place: Place, name: str) -> None:
    """Remove what lies under the name of a set that the index does not know.

    A process that died in the middle of writing it, or a set that was removed, left it there.
    """
    place.remove(f"sets/{name}")
    place.remove(f"summary/{name}")


def require_set(root: zarr.Group, name: str, info: SetInfo, index: Index) -> None:
    """The arrays of a sample set, made where they lack."""
    group = root.require_group(f"sets/{name}")
    kept = index.settings.angle_classes(len(index.classes))
    models, benchmarks = index.axis(name)
    for variable in VARIABLES.values():
        if variable.name in group or (variable.per_class and not kept):
            continue
        tail = (len(kept),) if variable.per_class else ()
        group.create_array(
            variable.name,
            shape=(models, benchmarks, info.size, *tail),
            chunks=(1, 1, info.block, *tail),
            dtype=variable.dtype,
            fill_value=variable.fill,
            dimension_names=variable.dims,
            compressors=Crc32cCodec(),
            attributes={"units": variable.unit, "long_name": variable.text},
        )
    if "digest" not in group:
        group.create_array(
            "digest",
            shape=(models, benchmarks, info.blocks),
            chunks=(1, 1, 1),
            dtype="uint64",
            fill_value=0,
            dimension_names=("model", "benchmark", "block"),
            compressors=None,
            # One flat folder: which pairs are complete is one listing of names.
            chunk_key_encoding={"name": "v2", "separator": "."},
        )
    summary = root.require_group("summary")
    if name not in summary:
        summary.create_array(
            name,
            shape=(benchmarks, models, summary_dtype(info.size).itemsize),
            chunks=(1, SUMMARY_MODELS, summary_dtype(info.size).itemsize),
            dtype="uint8",
            fill_value=0,
            dimension_names=("benchmark", "model", "byte"),
            compressors=_CHECKED,
        )
    if "class" not in group:
        _write_text(group, "class", [index.classes[c] for c in kept], "class")


def require_samples(
    root: zarr.Group, name: str, labels: np.ndarray, images: np.ndarray | None
) -> None:
    """Labels and, where they are kept, the clean images of a set; written where they lack."""
    group = root[f"sets/{name}"]
    assert isinstance(group, zarr.Group)
    if "label" not in group:
        _write(group, "label", labels.astype(np.int16), ("sample",))
    if images is not None and "images" not in group:
        rows = max(1, (1 << 20) // images[0].nbytes)
        dims = ("sample", "y", "x", "channel")
        _write(group, "images", images, dims, chunks=(rows, *images.shape[1:]))


def kept_images(images: np.ndarray, keep: str | None) -> np.ndarray | None:
    """What a store keeps of the clean images: all, every so many pixels of them, or nothing."""
    if keep == "thumbnails":
        step = max(1, -(-max(images.shape[1:3]) // 64))
        return images[:, ::step, ::step]
    return images if keep == "full" else None


def lengthen(root: zarr.Group, index: Index) -> None:
    """Bring every array and coordinate to the axes of `index`; nothing ever moves or shrinks."""
    for name in index.sets:
        group = root[f"sets/{name}"]
        assert isinstance(group, zarr.Group)
        models, benchmarks = index.axis(name)
        for variable in (*VARIABLES, "digest"):
            if (array := group.get(variable)) is not None:
                _resize(array, (models, benchmarks))
        _resize(root[f"summary/{name}"], (benchmarks, models))
        entries = {
            "model": index.models,
            "benchmark": tuple(b for b in index.benchmarks if b.set == name),
        }
        for axis, rows in entries.items():
            for label in _LABELS[axis]:
                values = [getattr(row, label) or "" for row in rows]
                _write_text(group, axis if label == "name" else label, values, axis)
            for number, dtype in _NUMBERS[axis].items():
                values = np.array([getattr(row, number) for row in rows], dtype)
                _write(group, number, values, (axis,))


def write_head(root: zarr.Group, slot: int, weight: np.ndarray, bias: np.ndarray | None) -> None:
    """The effective classifier of a model: weight (class, feature) and bias (class,).

    One that is there stays: killed while it is written again, a named model would have none.
    """
    if _has_head(root, slot, weight, bias):
        return
    group = root.require_group(f"heads/{slot}")
    _write(group, "weight", weight, ("class", "feature"))
    if bias is not None:
        _write(group, "bias", bias, ("class",))


def _has_head(root: zarr.Group, slot: int, weight: np.ndarray, bias: np.ndarray | None) -> bool:
    try:
        for name, values in (("weight", weight), ("bias", bias)):
            if values is not None:
                array: Any = root[f"heads/{slot}/{name}"]
                if not np.array_equal(array[...], values):
                    return False
    except (LookupError, OSError, RuntimeError, TypeError, ValueError):
        return False
    return True


def require_features(
    root: zarr.Group, slot: int, name: str, info: SetInfo, benchmarks: int, width: int
) -> zarr.Array:
    """The array of a model's features on a set, made or lengthened."""
    group = root.require_group(f"features/{slot}")
    if name in group:
        array = group[name]
        _resize(array, (benchmarks,))
    else:
        array = group.create_array(
            name,
            shape=(benchmarks, info.size, width),
            chunks=(1, info.block, width),
            dtype="float16",
            fill_value=float("nan"),
            dimension_names=("benchmark", "sample", "feature"),
            compressors=Crc32cCodec(),
        )
    assert isinstance(array, zarr.Array)
    return array


def _resize(array: Any, lengths: tuple[int, ...]) -> None:
    shape = tuple(max(new, old) for new, old in zip(lengths, array.shape, strict=False))
    if shape != array.shape[: len(shape)]:
        array.resize((*shape, *array.shape[len(shape) :]))


def _write(
    group: zarr.Group,
    name: str,
    values: np.ndarray,
    dims: tuple[str, ...],
    chunks: tuple[int, ...] | None = None,
) -> None:
    array = group.create_array(
        name,
        shape=values.shape,
        dtype=values.dtype,
        chunks=chunks or tuple(max(1, n) for n in values.shape),
        dimension_names=dims,
        compressors=_CHECKED,
        attributes={DIGEST: values_digest(values)},
        overwrite=True,
    )
    write_whole(array, values)


def _write_text(group: zarr.Group, name: str, values: list[str], dim: str) -> None:
    array = group.create_array(
        name,
        shape=(len(values),),
        chunks=(max(1, len(values)),),
        dtype=str,
        dimension_names=(dim,),
        overwrite=True,
    )
    array[:] = np.array(values, dtype=np.dtypes.StringDType())
