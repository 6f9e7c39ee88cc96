"""The contact sheet."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from geowidgets.corruptions import CORRUPTIONS, corrupt, corruption_sheet


def test_a_row_a_corruption_and_a_column_a_severity(oblong):
    """Rows and columns exchanged, or every row with the same image."""
    figure = corruption_sheet(oblong, ["fog", "contrast"], [5, 1])
    axes = np.array(figure.axes).reshape(2, 3)
    assert [axis.get_title() for axis in axes[0]] == ["clean", "5", "1"]
    shown = np.asarray(axes[1, 1].get_images()[0].get_array())
    np.testing.assert_array_equal(shown, corrupt(oblong[1:2], "contrast", 5)[0])


def test_grey_and_channel_first_images(oblong):
    """Images that matplotlib cannot draw."""
    grey = torch.from_numpy(oblong[..., 0].copy())
    for images in (grey, grey[:, None], torch.from_numpy(oblong).permute(0, 3, 1, 2)):
        assert len(corruption_sheet(images, ["pixelate"], [2]).axes) == 2


def test_all_rows_by_default(oblong):
    """A corruption that is left out."""
    labels = [axis.get_ylabel() for axis in corruption_sheet(oblong, severities=[1]).axes[::2]]
    assert [label.split("\n")[0].replace(" ", "_") for label in labels] == list(CORRUPTIONS)


def test_bad_input(oblong):
    """An empty figure."""
    with pytest.raises(ValueError, match="0 images and 19 names given"):
        corruption_sheet(oblong[:0])
    with pytest.raises(ValueError, match="did you mean 'fog'"):
        corruption_sheet(oblong, ["foog"])


def test_matplotlib_is_imported_only_when_drawing():
    """Corruptions that cannot be used where matplotlib is not installed."""
    code = "import sys, geowidgets.corruptions; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_notebook_shows_the_sheet_as_a_picture(oblong):
    """A cell that ends in `<Figure size …>` as text."""
    assert corruption_sheet(oblong, ["fog"], [1])._repr_png_().startswith(b"\x89PNG")
