"""`Spectrum`: what it draws, says and refuses; the figures are read as Python holds them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import geowidgets as gw
from geowidgets.redundancy import accuracy_lost, marchenko_pastur, residual_curve, spectrum
from geowidgets.training import WeightRecord, accuracy
from geowidgets.widgets import spectrum_curves as curves


def marks(view: gw.Spectrum, figure: int) -> list:
    return view._figures.children[figure].marks


@pytest.mark.parametrize("near", [True, False], ids=["near", "all"])
@pytest.mark.parametrize(("m", "n"), [(60, 200), (90, 40)])
def test_bars_and_law_hold_their_mass(m, n, near):
    """Bars of λ over an axis of ln λ, bins that lose eigenvalues, a law of another shape."""
    weight = torch.randn(m, n, generator=torch.Generator().manual_seed(1)) / np.sqrt(3 * n)
    found = spectrum(weight)
    edges = curves.bin_edges([found], near)
    x, y = curves.steps(found, edges, near)
    inside = np.count_nonzero((found.eigenvalues >= edges[0]) & (found.eigenvalues <= edges[-1]))
    across = x if near else np.log(x)
    assert np.trapezoid(y, across) == pytest.approx(inside / m)
    assert curves.outside(found, edges) == m - inside
    lx, ly = curves.law(found, 1 / 3, edges, near)
    assert np.trapezoid(ly, lx if near else np.log(lx)) == pytest.approx(min(1, n / m), abs=0.05)
    middle = len(lx) // 2
    expected = marchenko_pastur(lx[middle], m, n) * (1 if near else lx[middle])
    assert ly[middle] == pytest.approx(float(expected))


def test_residual_equals_the_library_curve():
    """Residuals of squared singular values, or an elbow of another curve."""
    weight = torch.randn(12, 30, generator=torch.Generator().manual_seed(2))
    ours, theirs = curves.residual(spectrum(weight)), residual_curve(weight)
    np.testing.assert_allclose(ours.share, theirs.residual / theirs.residual[0], atol=1e-7)
    np.testing.assert_allclose(ours.kept, theirs.kept, atol=1e-6)
    assert ours.elbow == theirs.attrs["elbow"]
    zero = curves.residual(spectrum(torch.zeros(3, 4)))
    assert zero.share.tolist() == [0, 0, 0, 0] and zero.elbow == 0


def test_layers_epochs_and_ranks(recorded):
    """An epoch's weights under another's number, a layer's picture that stays, a stale elbow."""
    net, record = recorded
    view = gw.Spectrum(net, record=record)
    assert (view.layer, view.epoch, view.rank) == ("fc2", 2, 10)
    view.layer = "fc1"
    np.testing.assert_allclose(
        view.spectrum.eigenvalues, spectrum(record.weights("fc1", 2)).eigenvalues
    )
    first = marks(view, 0)[1].y.copy()
    view.epoch = 0
    assert not np.array_equal(marks(view, 0)[1].y, first)
    assert marks(view, 0)[0].y.size == 0, "the initialisation beside itself"
    assert "300 units × 256 inputs), epoch 0: 0 of 300 eigenvalues lie above" in view.status
    view.rank = 25
    kept = curves.residual(view.spectrum).kept[25]
    assert f"rank 25 keeps {kept:.1f} % of the norm" in view.status
    view.layer = "fc2"
    view.rank = 100
    assert view._controls.rank.max == 100 and view._controls.rank.value == 100
    view.close()


def test_rank_shrinks_with_the_layer(recorded):
    """A rank that the next layer does not have."""
    _, record = recorded
    view = gw.Spectrum(record, layer="fc1", rank=200)
    view.layer = "fc2"
    assert (view.rank, view.error) == (100, "")
    view.close()


def test_accuracy_is_measured_and_cached(recorded):
    """Accuracies of another layer, or of the model itself."""
    net, record = recorded
    test = gw.datasets.digits(16)
    view = gw.Spectrum(
        net, record=record, layer="fc1", data=(test.images, test.labels), ranks=[2, 10, 500]
    )
    view.wait()
    expected = accuracy_lost(
        net, "fc1", [2, 10], lambda m: accuracy(m, test.images, test.labels, device="cpu")
    )
    pd.testing.assert_frame_equal(view.accuracy, expected)
    assert marks(view, 2)[1].y.tolist() == pytest.approx((100 * expected.accuracy).tolist())
    assert f"loses {100 * expected.lost[10]:.2f} points" in view.status
    view.epoch = 0
    assert "points" not in view.status, "an accuracy of weights that were not measured"
    view.close()


def test_a_failing_measure_stands_in_the_view(recorded):
    """A thread that dies silently, and a chart that waits for ever."""
    net, _ = recorded
    view = gw.Spectrum(net, evaluate=lambda model: 1 / 0)
    view.wait()
    assert "could not be measured" in view.error and view._frame.progress == {}
    view.close()


def test_matrices_layers_and_given_tables():
    """A source that only models can be, or a table that is not shown."""
    weight = torch.randn(20, 50, generator=torch.Generator().manual_seed(0))
    table = pd.DataFrame({"accuracy": [0.5], "lost": [0.4]}, index=pd.Index([3], name="rank"))
    view = gw.Spectrum(weight, initial=weight.numpy() / 2, accuracy=table, rank=3)
    assert "loses 40.00 points of 90.00 % accuracy" in view.status
    assert marks(view, 0)[0].y.max() > 0
    view.axes = "all"
    assert len(view._figures.children) == 3
    view.close()
    single = gw.Spectrum(nn.Conv2d(3, 8, 5))
    assert "8 units × 75 inputs" in single.status and single.rank == 8
    single.close()


NET = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gw.Spectrum(NET, layr="0"), TypeError, "Did you mean 'layer'"),
        (lambda: gw.Spectrum(NET, layer="1"), ValueError, "unknown name '1'"),
        (lambda: gw.Spectrum(NET, epoch=2), ValueError, "expected one of"),
        (lambda: gw.Spectrum(NET, rank=5), ValueError, r"expected 1\.\.4, got 5"),
        (lambda: gw.Spectrum(NET, axes="log"), ValueError, "expected one of near, all"),
        (lambda: gw.Spectrum(NET, ranks=[0], data=([], [])), ValueError, "at least 1, got 0"),
        (lambda: gw.Spectrum(NET, accuracy={"0": [1]}), ValueError, "accuracy_lost"),
        (lambda: gw.Spectrum(np.eye(3), data=([], [])), ValueError, "needs the model"),
        (lambda: gw.Spectrum(np.full((2, 3), np.nan)), ValueError, "finite"),
        (lambda: gw.Spectrum(nn.ReLU()), ValueError, "linear layer or a convolution"),
        (lambda: gw.Spectrum(WeightRecord()), ValueError, "at least one epoch"),
        (
            lambda: gw.Spectrum(np.eye(3), initial=np.eye(4)),
            ValueError,
            "expected 3 × 3 in weights, got 4 × 4",
        ),
    ],
)
def test_errors(call, error, message):
    """A mistake that shows as an empty chart."""
    with pytest.raises(error, match=message):
        call()


def test_closing_leaves_nothing():
    """A hundred figures kept alive by a notebook that runs one cell again and again."""
    from ipywidgets.widgets import widget

    before = set(widget._instances)
    gw.Spectrum(NET, rank=2).close()
    left = [type(widget._instances[key]).__name__ for key in set(widget._instances) - before]
    assert not left


def test_pictures_are_written_where_asked(tmp_path):
    """A page that writes any file it likes, or a name without an ending."""
    view = gw.Spectrum(NET, rank=2)
    with pytest.raises(ValueError, match=r"ends in \.png"):
        view.save_png(tmp_path / "a.jpg")
    with pytest.raises(FileNotFoundError, match="folder"):
        view.save_svg(tmp_path / "no" / "a.svg")
    view.save_png(tmp_path / "a.png")
    view._frame._heard({"type": "chart", "name": "../evil"}, [b"x"])
    view._frame._heard({"type": "chart", "name": "0.png"}, [memoryview(b"png")])
    view._frame._heard({"type": "chart", "name": "0.png"}, [b"again"])
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.png", b"png")]
    view.close()
