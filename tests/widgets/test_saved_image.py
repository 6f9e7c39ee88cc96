"""What `save_image` refuses, and what it makes of a page's messages."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

import geowidgets as gw
from geowidgets.widgets.headless import VARIABLE, NoBrowserError, find_browser
from geowidgets.widgets.saved_image import NoPictureError, SavedImage, sized


@pytest.fixture
def view(tiny_store):
    view = gw.LocalGeometry(tiny_store)
    yield view
    view.close()


@pytest.mark.parametrize(
    ("name", "options", "error", "words"),
    [
        ("figure.jpeg", {}, ValueError, r"figure\.jpeg: expected a name that ends in \.png or"),
        ("figure", {}, ValueError, r"ends in \.png or \.svg"),
        ("a.png", {"theme": "drak"}, ValueError, "got 'drak'. Did you mean 'dark'"),
        ("a.png", {"scale": 0}, ValueError, r"expected 0\.5\.\.16, got 0"),
        ("a.png", {"dpi": 6000}, ValueError, r"dpi=6000, a scale of 62\.5"),
        ("a.png", {"dpi": 300, "scale": 2}, ValueError, "scale=2 and dpi=300"),
        ("a.png", {"width": 20}, ValueError, r"200\.\.10000 CSS pixels, got 20"),
        ("nowhere/a.png", {}, FileNotFoundError, "nowhere does not exist"),
        ("folder.png", {}, IsADirectoryError, "expected a file's name"),
    ],
)
def test_wrong_wishes_are_named(view, tmp_path, name, options, error, words) -> None:
    """A wish that a browser meets half-way, or fails of after a minute."""
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(error, match=words):
        view.save_image(tmp_path / name, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_nobody_who_could_draw(view, tmp_path, monkeypatch) -> None:
    """An error that names neither way out; a half-written file."""
    monkeypatch.setenv(VARIABLE, "no-such-browser")
    with pytest.raises(NoPictureError, match="no notebook whose page") as caught:
        view.save_image(tmp_path / "a.png")
    assert "'no-such-browser', which cannot be run" in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NoBrowserError, match="install Chromium"):
        find_browser()


def png(color: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((3, 5, 3), color, np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_pieces_of_two_pages_are_not_mixed(tmp_path) -> None:
    """Two tabs on one kernel: a file made of both, or written twice."""
    saved = SavedImage(tmp_path / "a.png", 2.0)
    one, other = png((255, 0, 0)), png((0, 0, 255))
    for part, page, data in [(1, "x", one[40:]), (0, "y", other[:40]), (0, "x", one[:40])]:
        assert not saved.done
        message = {"step": "part", "page": page, "part": part, "parts": 2}
        saved.hear(message, [memoryview(data)])
    saved.hear({"step": "part", "page": "y", "part": 1, "parts": 2}, [other[40:]])
    assert saved.done and "written" in repr(saved)
    with Image.open(saved) as picture:
        assert picture.getpixel((4, 2)) == (255, 0, 0)
        assert picture.info["dpi"] == pytest.approx((192, 192), abs=0.1)


def test_what_a_page_could_not_draw_is_said(tmp_path) -> None:
    """A failure in the browser that nobody hears of."""
    saved = SavedImage(tmp_path / "a.svg", 0)
    saved.hear({"step": "failed", "page": "x", "message": "no sample in focus"}, [])
    assert not saved.done
    assert "failed: no sample in focus" in repr(saved)


def test_only_a_png_is_given_a_size() -> None:
    """An SVG with bytes of a PNG in it; a chunk that readers refuse."""
    assert sized(b"<svg/>", 2) == b"<svg/>"
    data = sized(png((1, 2, 3)), 1)
    at = data.index(b"pHYs")
    assert struct.unpack(">IIB", data[at + 4 : at + 13]) == (3780, 3780, 1)
