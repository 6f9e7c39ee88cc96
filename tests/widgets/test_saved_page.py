"""What `save_html` puts into the file, read back from the file alone."""

from __future__ import annotations

import base64
import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import packing


def contents(path: Path) -> tuple[dict[str, Any], list[bytes]]:
    """Header and parts of a page."""
    found = re.search(r'id="geowidgets-data">([^<]*)<', path.read_text())
    assert found
    whole = zlib.decompress(base64.b64decode(found[1]))
    start = 8 + int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8:start])
    return header, [whole[start + at : start + at + size] for at, size in header["parts"]]


def unpacked(packed: dict[str, Any], parts: list[bytes]) -> np.ndarray:
    values = np.frombuffer(parts[packed["part"]], dtype=np.dtype(packed["dtype"]))
    if packed["dtype"] == packed["as"] or packed["dtype"] == "uint8":
        return values.astype(packed["as"])
    if packed["dtype"] == "float32":
        return values.astype(packed["as"])
    step = (packed["high"] - packed["low"]) / packing.LEVELS
    return np.where(values == packing.LEVELS + 1, np.nan, packed["low"] + values * step)


@pytest.fixture
def explorer(tiny_store):
    explorer = gw.Explorer(tiny_store)
    yield explorer
    explorer.close()


def test_columns_come_back_within_half_a_step(explorer, tiny_store, tmp_path) -> None:
    """Numbers of another pair, a transposed class axis, NaN read as a number, wrong labels."""
    saved = explorer.save_html(tmp_path / "page.html", include=[("dense", "clean"), (1, 2)])
    header, parts = contents(saved.path)
    columns = header["columns"][explorer.columns.model_id]
    for key in ("angles/1/2/7", "nearest/1/2", "length/0/0", "margin/1/2", "probability/0/0"):
        true = gw.widgets.columns.read(tiny_store, key)
        half = (true.max() - true.min()) / packing.LEVELS / 2
        np.testing.assert_allclose(unpacked(columns[key], parts), true, rtol=0, atol=1.01 * half)
    for key in ("labels/test", "correct/test", "prediction/1/2"):
        true = gw.widgets.columns.read(tiny_store, key)
        np.testing.assert_array_equal(unpacked(columns[key], parts), true.ravel())
    assert not any(key.startswith("length/2/") for key in columns)


def test_half_a_step_and_nan() -> None:
    """A constant column divides by nothing; NaN takes a number's place."""
    parts = packing.Parts()
    for values in ([3.0, 3.0], [np.nan, np.nan], [np.nan, -1.0, 2.0], []):
        given = np.array(values, dtype=np.float32)
        back = unpacked(packing.column(given, parts), parts.all)
        np.testing.assert_allclose(back, given, rtol=0, atol=3 / packing.LEVELS)


def test_brushed_images_come_first_then_every_class(explorer, tiny_store, tmp_path) -> None:
    """A page of 30 images that shows none of the brushed ones, or one class alone."""
    explorer.selection.samples = [597, 0, 598]
    saved = explorer.save_html(tmp_path / "page.html", images=30)
    header, parts = contents(saved.path)
    [sheet] = header["images"].values()
    chosen = sheet["test"]["samples"]
    assert len(chosen) == 30
    assert {0, 597, 598} <= set(chosen)
    assert set(tiny_store.labels("test")[chosen]) == set(range(10))
    assert sheet["test"]["type"] == "image/png"
    assert parts[sheet["test"]["part"]].startswith(b"\x89PNG")


def test_says_what_is_missing(explorer, tmp_path) -> None:
    """A page that lacks most of the store and does not say so."""
    saved = explorer.save_html(tmp_path / "page.html", images=100)
    assert saved.pairs == (("dense", "clean"),)
    assert "1 of 12 pairs (dense / clean)" in saved.missing
    assert "100 of 599 images" in saved.missing
    whole = explorer.save_html(tmp_path / "all.html", include="all", images=599)
    assert (len(whole.pairs), whole.missing) == (12, "")


def test_what_is_shown_or_was_brushed_goes_in(tiny_store, tmp_path) -> None:
    """A pinned view, or a ghost of a brush, that stays empty in the page."""
    selection = gw.Selection(tiny_store)
    selection.compared = ("dense", 3)
    pinned = gw.ParallelCoordinates(tiny_store, selection, pin=(2, 1))
    panels = gw.LocalGeometry(tiny_store, selection)
    pinned.brush({"length": (0, 100)})
    pinned.pin = (1, 1)
    saved = gw.save_page([pinned, panels], tmp_path / "page.html")
    names = [(m.name, b.name) for m in tiny_store.models for b in tiny_store.benchmarks]
    assert set(saved.pairs) == {names[i] for i in (0, 3, 1 * 4 + 1, 2 * 4 + 1)}
    for widget in (pinned, panels, selection):
        widget.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"include": [("dens", "clean")]}, "did you mean 'dense'"),
        ({"include": [("dense", 9)]}, "0..3, got 9"),
        ({"include": "some"}, "expected 'all' or pairs, got 'some'"),
    ],
)
def test_wrong_pairs_are_named(explorer, tmp_path, options, words) -> None:
    """A misspelt name that saves a page without it; a failed call that leaves half a page."""
    with pytest.raises(ValueError, match=f"(?i){re.escape(words)}"):
        explorer.save_html(tmp_path / "page.html", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_place_and_no_views(explorer, tmp_path) -> None:
    """A path without a folder that fails as something else; a page of nothing."""
    with pytest.raises(FileNotFoundError, match="nowhere does not exist"):
        explorer.save_html(tmp_path / "nowhere" / "page.html")
    with pytest.raises(ValueError, match="at least one"):
        gw.save_page([], tmp_path / "page.html")
    with pytest.raises(TypeError, match="expected views, got str"):
        gw.save_page(["table"], tmp_path / "page.html")  # type: ignore[list-item]
    with pytest.raises(TypeError, match="includes"):
        explorer.save_html(tmp_path / "page.html", includes="all")


def test_a_title_is_text(explorer, tmp_path) -> None:
    """A title or class name that becomes markup, or ends the script it stands in."""
    path = explorer.save_html(tmp_path / "page.html", title="</title><b>x").path
    assert "<title>&lt;/title&gt;&lt;b&gt;x</title>" in path.read_text()
    assert path.read_text().count("</script>") == 2
