"""Arrays of a store, opened with suspicion: shape, type, chunks and codecs must be what is written.

A store may come from anybody. What its metadata promises is compared with the index before a byte
is read, so that neither a lie about a size nor a foreign codec costs more than an error in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

import numpy as np

from geowidgets.schema import VARIABLES, Index, StoreError, summary_dtype

CODECS = ("bytes", "crc32c", "zstd", "vlen-utf8")
CHUNK_BYTES = 4 << 30
DIGEST = "digest"
Lengths = tuple[int | None, ...]


@contextmanager
def reading(what: str, path: str) -> Iterator[None]:
    """Whatever a damaged chunk or its metadata raises, as one error with the way out."""
    try:
        yield
    except StoreError:
        raise
    except (ArithmeticError, LookupError, MemoryError, OSError, RuntimeError, TypeError,
            ValueError) as error:  # fmt: skip
        raise StoreError(
            f"{what} of {path} cannot be read ({type(error).__name__}: {error!s:.200}): "
            "store.verify(repair=True) drops what is damaged, and "
            "GeometryStore.compute(study, path) makes it again"
        ) from error


def open_array(root: Any, name: str, index: Index, path: str) -> Any:
    """The array `name`, checked.

    Args:
        root: The store's root group.
        name: Its path in the store.
        index: What the store says that it holds.
        path: Of the store, for errors.

    Raises:
        StoreError: absent, unreadable, or other than the index says; names the array.
    """
    with reading(name, path):
        array = root[name]
    problem = _problem(array, *_wanted(name.split("/"), index))
    if problem:
        raise StoreError(f"{name} of {path} is damaged: {problem}")
    return array


def _wanted(parts: list[str], index: Index) -> tuple[str, Lengths, Lengths]:
    """Type, shape and chunks of an array; None where the index does not say."""
    match parts:
        case ["sets", name, variable] if variable in VARIABLES:
            info = index.sets[name]
            kept = len(index.settings.angle_classes(len(index.classes)))
            tail = (kept,) if VARIABLES[variable].per_class else ()
            return VARIABLES[variable].dtype, (None, None, info.size, *tail), (1, 1, info.block)
        case ["sets", name, "digest"]:
            return "uint64", (None, None, index.sets[name].blocks), (1, 1, 1)
        case ["sets", name, "label"]:
            return "int16", (index.sets[name].size,), ()
        case ["sets", name, "images"]:
            channels = index.sets[name].image_shape[-1]
            return "uint8", (index.sets[name].size, None, None, channels), ()
        case ["summary", name]:
            length = summary_dtype(index.sets[name].size).itemsize
            return "uint8", (None, None, length), (1, None, length)
        case ["features", _, name]:
            info = index.sets[name]
            return "float16", (None, info.size, None), (1, info.block)
        case ["heads", _, "weight"]:
            return "float32", (len(index.classes), None), ()
        case ["heads", _, "bias"]:
            return "float32", (len(index.classes),), ()
    raise StoreError(f"no array of a store is called {'/'.join(parts)!r}")


def _problem(array: Any, dtype: str, shape: Lengths, chunks: Lengths) -> str:
    if not hasattr(array, "chunks"):
        return "expected an array, found a group"
    if array.dtype != np.dtype(dtype):
        return f"expected {dtype}, found {array.dtype}"
    if not _fits(array.shape, shape) or len(array.shape) != len(shape):
        return f"expected the shape {_words(shape)}, found {array.shape}"
    if not _fits(array.chunks, chunks) or np.prod(array.chunks, dtype=float) > CHUNK_BYTES:
        return f"expected chunks of {_words(chunks)}, found {array.chunks}"
    names = [codec["name"] for codec in array.metadata.to_dict()["codecs"]]
    odd = [name for name in names if name not in CODECS]
    # A chunk without a checksum or a frame could be a link to any file, read as numbers.
    bare = dtype != "uint64" and not {"crc32c", "zstd"} & set(names)
    if odd or bare:
        return f"expected the codecs {', '.join(CODECS)} with a checksum, found {names}"
    return ""


def _fits(found: tuple[int, ...], wanted: Lengths) -> bool:
    pairs = zip(found, wanted, strict=False)
    return all(one is None or one == length for length, one in pairs)


def _words(lengths: Lengths) -> str:
    return f"({', '.join('any' if one is None else str(one) for one in lengths)})"


def values_digest(values: np.ndarray) -> str:
    """16 hex digits over shape and values of an array that is kept whole."""
    plain = np.ascontiguousarray(values)
    digest = blake2b(f"{plain.shape}".encode(), digest_size=8)
    digest.update(plain.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def read_whole(root: Any, name: str, index: Index, path: str) -> np.ndarray:
    """All values of a small array, compared with the digest among its attributes where it has one.

    Raises:
        StoreError: as `open_array`, or other values than were written.
    """
    array = open_array(root, name, index, path)
    with reading(name, path):
        values = np.asarray(array[...])
        stored = array.attrs.asdict().get(DIGEST)
    if stored is not None and stored != values_digest(values):
        raise StoreError(
            f"{name} of {path} is damaged: its digest is {values_digest(values)}, expected "
            f"{stored!r}; store.verify(repair=True) drops it, and "
            "GeometryStore.compute(study, path) makes it again"
        )
    return values
