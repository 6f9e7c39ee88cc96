"""Pictures asked for from Python: drawn by the page that shows the view, or by a browser alone."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import geowidgets as gw
from geowidgets.widgets.headless import VARIABLE
from geowidgets.widgets.saved_image import NoPictureError

from .conftest import Open
from .views import setup

DARK, LIGHT = (17, 20, 23), (255, 255, 255)


VIEWS = ["evaluation_table", "local_geometry"]
CHARTS = """
from IPython.display import display
import numpy as np
spectrum = gw.Spectrum(np.random.default_rng(0).normal(size=(40, 60)), rank=5)
curves = gw.PruneCurves(store, selection)
display(spectrum, curves)
"""
ASKED = 5
ASK = """
views = {"lines": lines, "explorer": explorer, "spectrum": spectrum, "curves": curves}
asked = {"lines.png": {"scale": 3, "theme": "dark", "width": 700}, "lines.svg": {},
         "explorer.png": {"dpi": 96, "theme": "light"}, "spectrum.png": {"theme": "dark"},
         "spectrum.svg": {"width": 700}, "curves.svg": {}}
for name, options in asked.items():
    print(views[name.split(".")[0]].save_image(folder / name, headless=False, **options))
print(await lines.save_image(folder / "later.png", headless=False, wait=False))
"""


def pixels(path: Path) -> np.ndarray:
    """Red, green, blue of a PNG, `(y, x, channel)`."""
    return np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("RGB"))


def text_of(path: Path) -> str:
    """The words of an SVG, its lines joined."""
    return " ".join(re.findall(r"<text[^>]*>([^<]*)<", path.read_text()))


@pytest.fixture(scope="module")
def shown(
    open_shared: Open, tiny_store: gw.GeometryStore, tmp_path_factory: pytest.TempPathFactory
):
    """A notebook with two views of one selection, an unshown third, and a folder for pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    notebook = open_shared(
        [
            f"{setup(tiny_store)}folder = Path({str(folder)!r})\nVIEWS = {VIEWS}\n",
            "explorer = gw.Explorer(store, selection, views=VIEWS)",
            "explorer",
            "lines = gw.ParallelCoordinates(store, selection)\nlines",
            CHARTS,
            ASK,
        ]
    )
    for index in range(ASKED):
        notebook.start(index)
        notebook.text(index)
    return notebook, folder


def test_a_page_draws_what_python_asks_for(shown, tiny_store) -> None:
    """A call that waits for a page that waits for it; another theme, size or view; lost pieces."""
    notebook, folder = shown
    said = notebook.run(ASKED)
    assert said.count("written") == 7
    lines = pixels(folder / "lines.png")
    assert lines.shape[1] == pytest.approx(3 * 700, abs=3 * 40)
    assert tuple(lines[2, 2]) == DARK
    assert len(np.unique(lines.reshape(-1, 3), axis=0)) > 50
    assert (folder / "lines.svg").read_text().startswith("<svg")
    with Image.open(folder / "explorer.png") as explorer:
        assert explorer.info["dpi"] == pytest.approx((96, 96), abs=0.1)
    assert pixels(folder / "explorer.png")[1, 1].tolist() == list(LIGHT)
    assert tuple(pixels(folder / "spectrum.png")[2, 2]) == DARK
    for name in ("spectrum", "curves"):
        text = (folder / f"{name}.svg").read_text()
        assert text.startswith("<svg") and "var(--" not in text and text.count("<path") > 5
    assert "rank 5 keeps" in text_of(folder / "spectrum.svg")
    # Nothing of the second drawing is left in the page.
    assert notebook.page.locator("[data-gw-sharpness]").count() == 0


def test_without_a_page_a_browser_draws(tiny_store, tmp_path, chromium_path, monkeypatch) -> None:
    """A script or a batch job that has no way to a picture; a brush that is not in it."""
    monkeypatch.setenv(VARIABLE, chromium_path)
    view = gw.LocalGeometry(tiny_store)
    plain = view.save_image(tmp_path / "plain.png", scale=1, width=900).path
    view.selection.samples = [0, 3, 598]
    view.save_image(tmp_path / "brushed.png", scale=1, width=900)
    one, other = pixels(plain), pixels(tmp_path / "brushed.png")
    assert one.shape[1] == other.shape[1]
    assert tuple(one[1, 1]) == LIGHT
    rows = min(len(one), len(other)) - 40  # below the words, which take a line more or less
    assert (one[-rows:] != other[-rows:]).any(axis=-1).mean() > 0.005
    view.close()


def test_a_view_without_a_picture_says_why(
    tiny_store, tmp_path, chromium_path, monkeypatch
) -> None:
    """An empty file, or an error of the browser's in place of the view's own words."""
    monkeypatch.setenv(VARIABLE, chromium_path)
    grid = gw.AttributionGrid(tiny_store)
    with pytest.raises(NoPictureError, match=r"(?i)sample"):
        grid.save_image(tmp_path / "grid.png")
    assert list(tmp_path.iterdir()) == []
    grid.close()
