"""A chunk written directly is, byte by byte, the one that Zarr writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec

from geowidgets.store.chunks import write_chunk, write_whole

SHAPES = {
    "whole": ((2, 3, 10), (1, 1, 5), (1, 2, 1), 5),
    "short last block": ((2, 3, 8), (1, 1, 5), (1, 2, 1), 3),
    "classes": ((2, 3, 8, 4), (1, 1, 5, 4), (0, 1, 0, 0), 5),
    "short with classes": ((2, 3, 8, 4), (1, 1, 5, 4), (0, 1, 1, 0), 3),
    "one number": ((2, 3, 2), (1, 1, 1), (0, 1, 1), 1),
}
CODECS = {"checksum": Crc32cCodec(), "none": None, "packed": ZstdCodec(checksum=True)}


def files(folder: Path) -> dict[str, bytes]:
    """Every chunk of an array by its name."""
    found = (file for file in folder.rglob("*") if file.is_file() and file.name != "zarr.json")
    return {str(file.relative_to(folder)): file.read_bytes() for file in found}


def both(
    folder: Path, case: str, codec: str, dtype: str, fill: float, values: np.ndarray
) -> tuple[zarr.Array, dict[str, bytes], dict[str, bytes]]:
    """The array, its files when Zarr wrote the chunk, and when it was written directly."""
    shape, chunks, at, count = SHAPES[case]
    made = [
        zarr.create_array(
            folder / name, shape=shape, chunks=chunks, dtype=dtype, fill_value=fill,
            compressors=CODECS[codec], zarr_format=3,
        )
        for name in ("plain", "direct")
    ]  # fmt: skip
    first = at[2] * chunks[2]
    made[0][at[0], at[1], first : first + count] = values
    write_chunk(made[1], at, values)
    return made[1], files(folder / "plain"), files(folder / "direct")


@pytest.mark.parametrize("case", SHAPES)
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("dtype", "fill"), [("float32", np.nan), ("int16", -1), ("uint64", 0)])
def test_the_bytes_are_those_of_zarr(tmp_path, case, codec, dtype, fill):
    """A checksum of other bytes, a padding that is not fill, a chunk of another name."""
    _, chunks, at, count = SHAPES[case]
    values = np.arange(7, 7 + count * int(np.prod(chunks[3:]))).reshape(count, *chunks[3:])
    array, plain, direct = both(tmp_path, case, codec, dtype, fill, values.astype(dtype))
    assert direct == plain and len(direct) == 1
    first = at[2] * chunks[2]
    np.testing.assert_array_equal(array[at[0], at[1], first : first + count], values)


@pytest.mark.parametrize(("dtype", "fill"), [("float32", np.nan), ("int16", -1)])
def test_a_chunk_of_fill_is_no_file(tmp_path, dtype, fill):
    """Votes have no geometry: four files more a pair; one that was there before stays readable."""
    shape, chunks, at, count = SHAPES["short last block"]
    array, plain, direct = both(
        tmp_path, "short last block", "checksum", dtype, fill, np.full(count, fill, dtype)
    )
    assert direct == plain == {}
    write_chunk(array, at, np.arange(count).astype(dtype))
    write_chunk(array, at, np.full(count, fill, dtype))
    assert files(tmp_path / "direct") == {}
    assert array.shape == shape and array.chunks == chunks


def test_a_first_number_that_lacks_is_not_all_that_lack(tmp_path):
    """A whole pair taken for empty because its first sample is NaN."""
    values = np.array([np.nan, 1, 2, 3, np.nan], np.float32)
    _, plain, direct = both(tmp_path, "whole", "checksum", "float32", np.nan, values)
    assert direct == plain and len(direct) == 1


def test_a_storage_that_cannot_write_by_itself_is_left_to_zarr():
    """Object stores, whose writing is asynchronous only."""
    memory = zarr.storage.MemoryStore()
    wrapped = zarr.storage.WrapperStore(memory)
    array = zarr.create_array(wrapped, shape=(2, 5), chunks=(1, 5), dtype="float32", zarr_format=3)
    assert not hasattr(wrapped, "set_sync")
    write_chunk(array, (1, 0), np.arange(5, dtype=np.float32))
    np.testing.assert_array_equal(array[1], np.arange(5))


@pytest.mark.parametrize("codec", CODECS)
def test_a_whole_array_is_that_of_zarr(tmp_path, codec):
    """A last chunk in the place of the one before it; images whose chunks are of other bytes."""
    values = np.random.default_rng(0).integers(0, 9, (8, 4, 3)).astype(np.uint8)
    values[3:6] = 0  # a chunk of fill
    options = {"shape": (8, 4, 3), "chunks": (3, 4, 3), "dtype": "uint8", "zarr_format": 3}
    for name in ("plain", "direct"):
        made = zarr.create_array(tmp_path / name, compressors=CODECS[codec], **options)
        if name == "plain":
            made[...] = values
        else:
            write_whole(made, values)
            np.testing.assert_array_equal(made[...], values)
    assert files(tmp_path / "direct") == files(tmp_path / "plain")
    assert len(files(tmp_path / "direct")) == 2
