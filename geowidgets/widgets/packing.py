"""Numbers and pictures packed for a page that carries them: small, and exact where they must be."""

from __future__ import annotations

import base64
import io
import json
import zlib
from typing import Any

import numpy as np

LEVELS = 65534  # 65535 says NaN
SMALL = 400_000  # bytes of images up to which they are kept without loss


class Parts:
    """Byte strings in the order in which they were put in."""

    def __init__(self) -> None:
        self.all: list[bytes] = []

    def put(self, data: bytes | bytearray | memoryview) -> int:
        """Keep `data`; its number."""
        self.all.append(bytes(data))
        return len(self.all) - 1

    def extract(self, value: Any) -> Any:
        """`value` with every byte string in it replaced by `{"$bytes": number}`."""
        if isinstance(value, bytes | bytearray | memoryview):
            return {"$bytes": self.put(value)}
        if isinstance(value, dict):
            return {name: self.extract(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.extract(one) for one in value]
        return value


def column(values: np.ndarray, parts: Parts, *, exact: bool = False) -> dict[str, Any]:
    """Pack one column; floats as 16-bit steps between their least and greatest finite value.

    Args:
        values: the column.
        parts: where its bytes go.
        exact: floats as float32 instead.

    Returns:
        `dtype` of the packed numbers, `part`, and for quantised ones `low`, `high`.
    """
    values = np.ascontiguousarray(values)
    if values.dtype.kind == "f" and exact:
        part = parts.put(values.astype("<f4").tobytes())
        return {"dtype": "float32", "as": values.dtype.name, "part": part}
    if values.dtype.kind == "f":
        return _quantised(values, parts)
    small = values.size and values.min() >= 0 and values.max() < 256
    packed = values.astype(np.uint8) if small else values.astype(values.dtype.newbyteorder("<"))
    return {
        "dtype": packed.dtype.name,
        "as": values.dtype.name,
        "part": parts.put(packed.tobytes()),
    }


def _quantised(values: np.ndarray, parts: Parts) -> dict[str, Any]:
    finite = np.isfinite(values)
    low, high = (values[finite].min(), values[finite].max()) if finite.any() else (0.0, 0.0)
    low, high = float(low), float(high)
    span = high - low or 1.0
    steps = np.full(values.shape, LEVELS + 1, dtype="<u2")
    steps[finite] = np.rint((values[finite].astype(np.float64) - low) / span * LEVELS)
    return {
        "dtype": "uint16", "as": "float32", "low": low, "high": high,
        "part": parts.put(steps.tobytes()),
    }  # fmt: skip


def sheet(images: np.ndarray, parts: Parts) -> dict[str, Any]:
    """Pack uint8 images `(sample, y, x, channel)` as one picture, below each other in columns.

    Up to 400 kB they are kept as they are (PNG); above, as JPEG of quality 90, for looking at.

    Returns:
        `type`, `part`, `shape` `[y, x, channel]` and `across`, images in a row.
    """
    from PIL import Image

    n, height, width, channels = images.shape
    across = min(n, 20)
    down = -(-n // across)
    canvas = np.zeros((down * across, height, width, channels), dtype=np.uint8)
    canvas[:n] = images
    grid = canvas.reshape(down, across, height, width, channels).swapaxes(1, 2)
    pixels = grid.reshape(down * height, across * width, channels)
    picture = Image.fromarray(pixels[..., 0] if channels == 1 else pixels[..., :3])
    data, kind = _encoded(picture, "PNG", optimize=True), "image/png"
    if len(data) > SMALL:
        data, kind = _encoded(picture, "JPEG", quality=90, subsampling=0), "image/jpeg"
    shape = [height, width, channels]
    return {"type": kind, "part": parts.put(data), "shape": shape, "across": across}


def _encoded(picture: Any, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def pack(header: dict[str, Any], parts: Parts) -> str:
    """Header and parts as base64 of one deflated stream: length, JSON, then the parts.

    The header gains `parts`: offset and length of each, counted from the end of the JSON. Parts
    begin at multiples of 8 bytes, so that arrays can be laid over them.
    """
    places, body = [], bytearray()
    for data in parts.all:
        body += b"\0" * (-len(body) % 8)
        places.append([len(body), len(data)])
        body += data
    text = json.dumps({**header, "parts": places}, allow_nan=False).encode()
    text += b" " * (-(len(text) + 8) % 8)
    whole = len(text).to_bytes(8, "little") + text + bytes(body)
    return base64.b64encode(zlib.compress(whole, 9)).decode()
