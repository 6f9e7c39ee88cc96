"""Batch size, threads, memory format and device change the last bits, and nothing one can see."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import geowidgets as gw
from geowidgets.latents import capture
from geowidgets.store import tile
from geowidgets.training import to_input

COUNT = 67  # prime: every batch size but 1 and 67 leaves a last batch of another length
DEVICES = [
    "cpu",
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
    ),
]


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def real() -> gw.Study:
    """Convolutions with and without batch normalisation, and none: 3 nets × 2 benchmarks × 67."""
    some = gw.datasets.digits(split="train")[:192]
    shown = gw.datasets.digits(split="test")[:COUNT]
    nets: dict[str, nn.Module] = {}
    for name in ("resnet20", "conv2", "lenet300_100"):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            nets[name] = getattr(gw.zoo, name)(in_channels=1)
        quick = {"epochs": 1, "lr": 0.02, "batch_size": 64, "device": "cpu", "progress": False}
        gw.training.train(nets[name], some.images, some.labels, **quick)
    return gw.Study(
        [gw.ModelEntry(name, net) for name, net in nets.items()],
        gw.corruption_benchmarks(["gaussian_noise"], [3]), shown.images, shown.labels,
        shown.classes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def measured(real, tmp_path_factory) -> gw.GeometryStore:
    """The three nets, one thread, batches of 32."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    path = tmp_path_factory.mktemp("real") / "real.zarr"
    store = gw.GeometryStore.compute(real, path, "cpu", batch_size=32, progress=False)
    torch.set_num_threads(before)
    return store


def changed(study: gw.Study, edit: Callable[[nn.Module], nn.Module]) -> gw.Study:
    """The study with each net edited."""
    models = [replace(one, module=edit(copy.deepcopy(one.load()))) for one in study.models]
    samples = study.sets["test"]
    return gw.Study(models, study.benchmarks, samples.images, samples.labels, study.classes)


def near_ties(study: gw.Study, model: str, benchmark: str) -> np.ndarray:
    """bool (sample,): whose two top logits are closer than 1e-4 of the logits' norm."""
    entry = next(m for m in study.models if m.name == model)
    shown = next(b for b in study.benchmarks if b.name == benchmark)
    pixels = shown.render(study.sets["test"].images, 0)
    logits = capture(entry.load(), to_input(pixels)).logits.double()
    top = logits.topk(2, dim=1).values
    return ((top[:, 0] - top[:, 1]) < 1e-4 * logits.norm(dim=1)).numpy()


def differing(study: gw.Study, before: gw.GeometryStore, after: gw.GeometryStore) -> list[str]:
    """What differs by more than is promised, in words; ties that were decided otherwise may."""
    found, other, ties, asked = [], 0, 0, 0
    for model in (m.name for m in study.models):
        for benchmark in (b.name for b in study.benchmarks):
            (p, angles, *rest), (p2, angles2, *rest2) = (
                [store.column(v, model, benchmark)
                 for v in ("prediction", "angles", "length", "margin")]
                for store in (before, after)
            )  # fmt: skip
            near = near_ties(study, model, benchmark)
            other, ties, asked = (
                other + int((p != p2).sum()),
                ties + int(near.sum()),
                asked + p.size,
            )
            if ((p != p2) & ~near).any():
                found.append(f"predictions of {model} on {benchmark}")
            if not np.abs(angles - angles2).max() < 0.02:
                found.append(f"angles of {model} on {benchmark}")
            for name, one, two in zip(("length", "margin"), rest, rest2, strict=True):
                bar = 1e-4 * np.sqrt(np.mean(one.astype(np.float64) ** 2))
                # The margin to another class: where the prediction is another, both are near 0.
                if not np.abs(one - two).max() < bar:
                    found.append(f"{name} of {model} on {benchmark}")
    return found if other <= ties < 0.01 * asked else [*found, f"{other} changed, {ties} ties"]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("batch_size", [37, 599])
def test_another_batch_size_or_device_is_the_same_geometry(
    tiny_study, tiny_store, tmp_path, device, batch_size
):
    """A sample measured with its neighbour's batch; a precision that moves what one sees."""
    other = gw.GeometryStore.compute(
        tiny_study, tmp_path / "o.zarr", device, batch_size=batch_size, progress=False
    )
    assert differing(tiny_study, tiny_store, other) == []


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    ("batch_size", "threads", "form"),
    [
        (1, 1, torch.contiguous_format), (9, 2, torch.contiguous_format),
        (66, 1, torch.channels_last), (67, 2, torch.channels_last),
    ],
)  # fmt: skip
def test_real_nets_are_the_same_in_any_batches_threads_and_memory_formats(
    real, measured, tmp_path, device, batch_size, threads, form
):
    """A convolution chosen by strides or threads that is not as exact; a last batch of one."""
    torch.set_num_threads(threads)
    study = changed(real, lambda net: net.to(memory_format=form))
    other = gw.GeometryStore.compute(
        study, tmp_path / "o.zarr", device, batch_size=batch_size, progress=False
    )
    assert differing(real, measured, other) == []
    prints = [[m.fingerprint for m in s._contents.index.models] for s in (measured, other)]
    assert prints[0] == prints[1], "the same net would be computed anew"


class Asking(nn.Module):
    """A net that notes in which precision it runs."""

    def __init__(self, net: nn.Module, heard: set) -> None:
        super().__init__()
        self.net, self.heard = net, heard

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.heard.add((torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32))
        return self.net(images)


@pytest.mark.parametrize("asked", ["medium", "highest"])
def test_a_precision_that_a_notebook_asked_for_is_not_the_stores(real, measured, tmp_path, asked):
    """TF32 on a GPU, as convolutions have it unasked: angles that move by tenths of a degree."""
    heard: set = set()
    study = changed(real, lambda net: Asking(net, heard))
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision(asked)
    try:
        other = gw.GeometryStore.compute(study, tmp_path / "o.zarr", progress=False)
        assert heard == {("highest", False)}
        assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32) == (
            asked, before[1]
        )  # fmt: skip
    finally:
        torch.set_float32_matmul_precision(before[0])
    assert differing(real, measured, other) == []


def test_what_is_promised_would_be_seen_to_be_broken(real, measured, tmp_path):
    """Bars so wide that half precision passes them."""
    half = changed(real, lambda net: net.bfloat16().float())
    other = gw.GeometryStore.compute(half, tmp_path / "o.zarr", "cpu", progress=False)
    found = differing(real, measured, other)
    for variable in ("angles", "length", "margin"):
        assert any(words.startswith(variable) for words in found), found


def test_measured_at_once_or_batch_by_batch_is_the_same(tiny_study, tiny_store, tmp_path):
    """A batch's latents measured under its neighbour's labels, or a last short part twice."""
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
