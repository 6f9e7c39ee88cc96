"""Batch size and device change the last bits, and nothing that one can see."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import geowidgets as gw
from geowidgets.latents import capture
from geowidgets.training import to_input

DEVICES = [
    "cpu",
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
    ),
]


def near_ties(study: gw.Study, model: str, benchmark: str) -> np.ndarray:
    """bool (sample,): whose two top logits are closer than 1e-4 of the logits' norm."""
    entry = next(m for m in study.models if m.name == model)
    shown = next(b for b in study.benchmarks if b.name == benchmark)
    pixels = shown.render(study.sets["test"].images, 0)
    logits = capture(entry.load(), to_input(pixels)).logits.double()
    top = logits.topk(2, dim=1).values
    return ((top[:, 0] - top[:, 1]) < 1e-4 * logits.norm(dim=1)).numpy()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("batch_size", [37, 599])
def test_another_batch_size_or_device_is_the_same_geometry(
    tiny_study, tiny_store, tmp_path, device, batch_size
):
    """A sample measured with its neighbour's batch; a precision that moves what one sees."""
    other = gw.GeometryStore.compute(
        tiny_study, tmp_path / "o.zarr", device, batch_size=batch_size, progress=False
    )
    differing = ties = 0
    for model in (m.name for m in tiny_study.models):
        for benchmark in (b.name for b in tiny_study.benchmarks):
            before, after = (
                {
                    v: store.column(v, model, benchmark)
                    for v in ("prediction", "angles", "length", "margin")
                }
                for store in (tiny_store, other)
            )
            near = near_ties(tiny_study, model, benchmark)
            changed = before["prediction"] != after["prediction"]
            assert not (changed & ~near).any(), (model, benchmark)
            differing, ties = differing + int(changed.sum()), ties + int(near.sum())
            assert np.abs(before["angles"] - after["angles"]).max() < 0.02
            for variable in ("length", "margin"):
                root_mean_square = np.sqrt(np.mean(before[variable].astype(np.float64) ** 2))
                # The margin to another class: where the prediction is another, both are near 0.
                error = np.abs(before[variable] - after[variable]).max()
                assert error < 1e-4 * root_mean_square, variable
    assert differing <= ties < 0.01 * 12 * 599


def test_measured_at_once_or_batch_by_batch_is_the_same(tiny_study, tiny_store, tmp_path):
    """A batch's latents measured under its neighbour's labels, or a last short part twice."""
    from geowidgets.store import tile

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tile, "LATENT_BYTES", 1)
        single = gw.GeometryStore.compute(tiny_study, tmp_path / "s.zarr", "cpu", progress=False)
    for model in (m.name for m in tiny_study.models):
        for variable in ("prediction", "runner_up", "angles", "length", "margin", "probability"):
            np.testing.assert_allclose(
                single.column(variable, model, "clean"),
                tiny_store.column(variable, model, "clean"),
                rtol=1e-5, atol=1e-6, err_msg=variable,
            )  # fmt: skip
