"""A study is checked when it is made, not hours later; its fingerprints see what matters."""

from __future__ import annotations

import copy
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

import geowidgets as gw
from geowidgets import fingerprint, official


@pytest.fixture
def net() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(12, 3))


IMAGES = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
LABELS = np.array([0, 2, 1, 1, 0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": LABELS[:4]}, r"5 integers, one for each image, got shape \(4,\)"),
        ({"labels": LABELS / 1.0}, "got shape .* of float64"),
        ({"labels": LABELS - 1}, "0 … 2, got -1 at sample 0"),
        ({"labels": LABELS + 1}, "got 3 at sample 1"),
        ({"images": IMAGES / 255}, "uint8, got float64"),
        ({"images": IMAGES[None, None]}, r"got shape \(1, 1, 5, 4, 3\)"),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, "at least one sample"),
        ({"classes": ["a", "b", "a"]}, "two classes are called 'a'"),
        ({"classes": ["a", "b\n", "c"]}, r"printable text, got 'b\\n'"),
        ({"classes": ["only"]}, "2 … 32767 classes, got 1"),
        ({"images": None, "labels": None}, "got neither"),
        ({"models": []}, "at least one of models"),
        ({"benchmarks": [gw.Benchmark("x", set="tset")]}, "did you mean 'test'"),
        ({"benchmarks": [gw.Benchmark("x"), gw.Benchmark("x")]}, "two benchmarks are called 'x'"),
        (
            {"benchmarks": [gw.Benchmark("x", images=IMAGES[..., None][:4])]},
            r"shape \(4, 4, 3, 1\)",
        ),
    ],
)
def test_what_does_not_fit_is_named(net, change, words):
    """A wrong study that fails after an hour, or not at all."""
    right = {
        "models": [gw.ModelEntry("net", net)],
        "images": IMAGES,
        "labels": LABELS,
        "classes": ["a", "b", "c"],
    }
    assert gw.Study(**right).sets["test"].images.shape == (5, 4, 3, 1)
    with pytest.raises(ValueError, match=words):
        gw.Study(**{**right, **change})


def test_two_models_of_one_name(net):
    """A row that silently replaces another one."""
    twice = [gw.ModelEntry("net", net), gw.ModelEntry("net", copy.deepcopy(net))]
    with pytest.raises(ValueError, match="two models are called 'net'"):
        gw.Study(twice, None, IMAGES, LABELS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "x"}, "either module= or build=, got neither"),
        ({"name": "x", "module": nn.ReLU(), "build": nn.ReLU}, "got both"),
        ({"name": "x", "module": nn.ReLU(), "weights": "x.pt"}, "needs build="),
        ({"name": "x", "module": nn.ReLU(), "ratio": 1.0}, r"in \[0, 1\), got 1.0"),
        ({"name": " ", "module": nn.ReLU()}, "got ' '"),
    ],
)
def test_entries_that_cannot_be_built(arguments, words):
    """An entry that fails when its turn comes."""
    with pytest.raises(ValueError, match=words):
        gw.ModelEntry(**arguments)


def test_benchmarks_that_do_not_exist():
    """A typo that is evaluated as clean images."""
    with pytest.raises(ValueError, match="did you mean 'fog'"):
        gw.Benchmark("x", "fogg", 3)
    with pytest.raises(ValueError, match="1 … 5, got 6"):
        gw.Benchmark("x", "fog", 6)
    with pytest.raises(ValueError, match="unknown corruptions 'wether'; did you mean 'weather'"):
        gw.corruption_benchmarks("wether")


def test_corruption_benchmarks_name_what_they_are():
    """Severities and names swapped, clean left out."""
    made = gw.corruption_benchmarks("blur", [1, 4])
    assert made[0] == gw.Benchmark("clean")
    assert (made[1].corruption, made[1].severity, made[2].severity) == (made[2].corruption, 1, 4)
    assert {b.family for b in made[1:]} == {"blur"}
    assert len(gw.corruption_benchmarks()) == 1 + 19 * 5
    assert len(gw.corruption_benchmarks("test", 3, clean=False)) == 15
    assert len(gw.corruption_benchmarks("extra", 3, clean=False)) == 4


def test_channels_first_and_torch_are_read_alike(net):
    """Channels taken for rows."""
    colour = np.random.default_rng(0).integers(0, 256, (5, 6, 7, 3), dtype=np.uint8)
    entry = gw.ModelEntry("net", net)
    last = gw.Study([entry], None, colour, LABELS).sets["test"].images
    first = torch.from_numpy(colour).permute(0, 3, 1, 2)
    np.testing.assert_array_equal(
        gw.Study([entry], None, first, torch.from_numpy(LABELS)).sets["test"].images, last
    )


def test_blocks_of_a_benchmark_are_the_whole(digits):
    """Noise that depends on where a block of samples begins."""
    benchmark = gw.Benchmark("noise", "gaussian_noise", 3, seed=5)
    whole = benchmark.render(digits.images[:9], 0)
    np.testing.assert_array_equal(benchmark.render(digits.images[4:9], 4), whole[4:])
    assert (gw.Benchmark("n", "gaussian_noise", 3).render(digits.images[:9], 0) != whole).any()


def test_official_sets_are_benchmarks_of_the_same_samples(net, tmp_path):
    """Files of other samples compared image by image."""
    folder = tmp_path / "CIFAR-10-C"
    folder.mkdir()
    pixels = np.random.default_rng(1).integers(0, 256, (25, 32, 32, 3), dtype=np.uint8)
    np.save(folder / "fog.npy", pixels)
    np.save(folder / "labels.npy", np.tile(LABELS, 5))
    cell = official.cifar_c(folder, "fog", 4, block=5)
    benchmark = gw.Benchmark.from_official(cell)
    assert (benchmark.corruption, benchmark.severity, benchmark.family) == ("fog", 4, "weather")
    clean = pixels[:5]
    study = gw.Study([gw.ModelEntry("net", net)], [benchmark], clean, LABELS)
    np.testing.assert_array_equal(study.benchmarks[0].render(clean[2:], 2), pixels[17:20])
    with pytest.raises(ValueError, match=r"other samples.*label 0 at sample 0, expected 1"):
        gw.Study([gw.ModelEntry("net", net)], [benchmark], clean, (LABELS + 1) % 3)


def test_a_folder_of_checkpoints_is_listed_without_loading(net, tmp_path):
    """Three hundred models in memory before the first is measured."""
    for percent in (30, 60):
        torch.save(net.state_dict(), tmp_path / f"magnitude-{percent}.pt")
    (tmp_path / "magnitude-90.pt").write_bytes(b"not a checkpoint")
    build = partial(copy.deepcopy, net)
    records = gw.pruning.list_checkpoints(tmp_path, build, architecture="small")
    entries = gw.model_entries(records)
    assert [e.name for e in entries] == ["magnitude-30", "magnitude-60", "magnitude-90"]
    assert {e.architecture for e in entries} == {"small"}
    assert torch.equal(entries[0].load()[1].weight, net[1].weight)
    with pytest.raises(ValueError, match="magnitude-90"):
        entries[2].load()


def test_masks_are_applied_on_loading_and_leave_the_module_alone(net):
    """A masked entry that changes the dense model it came from."""
    mask = torch.zeros(3, 12, dtype=torch.bool)
    mask[1] = True
    entry = gw.ModelEntry("masked", net, masks={"1.weight": mask})
    loaded = entry.load()[1].weight
    assert torch.equal(loaded, net[1].weight * mask)
    assert net[1].weight.count_nonzero() == 36
    with pytest.raises(ValueError, match=r"mask '1\.wieght'.*did you mean '1\.weight'"):
        gw.ModelEntry("m", net, masks={"1.wieght": mask}).load()


def double(images):
    return images * 2


def scaled_by(factor):
    return lambda images: images * factor


def test_fingerprints_see_what_changes_numbers(net):
    """A stale row that is taken for the new model's."""
    entry = gw.ModelEntry("net", net)
    base = entry.fingerprint(None)
    assert gw.ModelEntry("other name", copy.deepcopy(net)).fingerprint(None) == base
    changed = copy.deepcopy(net)
    with torch.no_grad():
        changed[1].bias[0] += 1e-6
    relu = nn.Sequential(nn.ReLU(), *copy.deepcopy(net)[1:])
    mask = {"1.weight": torch.ones(3, 12, dtype=torch.bool)}
    mask["1.weight"][0, 0] = False
    others = [
        gw.ModelEntry("net", changed).fingerprint(None),
        gw.ModelEntry("net", relu).fingerprint(None),
        gw.ModelEntry("net", net, masks=mask).fingerprint(None),
        gw.ModelEntry("net", net, head="1").fingerprint(None),
        gw.ModelEntry("net", net, transform=double).fingerprint(None),
        entry.fingerprint(scaled_by(3)),
        entry.fingerprint(scaled_by(4)),
        entry.fingerprint(partial(torch.mul, other=2)),
    ]
    assert len({base, *others}) == 1 + len(others)
    assert entry.fingerprint(double) == others[4]


class Thresholded(nn.Module):
    """A net with a number in `forward` that its printed form does not tell."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold
        self.fc = nn.Linear(12, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.fc(images.flatten(1).clamp(min=self.threshold))


def test_a_fingerprint_is_the_nets_however_it_was_built(net, tmp_path):
    """One checkpoint through two builders, refused for itself; masks that count beside zeros."""
    mask = {"1.weight": torch.arange(36).reshape(3, 12) % 5 != 0}
    masked = gw.ModelEntry("net", net, masks=mask)
    torch.save(masked.load().state_dict(), tmp_path / "net.pt")
    fresh, copied = (lambda: nn.Sequential(*copy.deepcopy(net))), partial(copy.deepcopy, net)
    pruned = copy.deepcopy(net)
    with torch.no_grad():
        pruned[1].weight.masked_fill_(~mask["1.weight"], 0)
    entries = [
        masked,
        gw.ModelEntry("net", pruned),
        gw.ModelEntry("net", pruned, masks=mask),
        gw.ModelEntry("net", build=fresh, weights=tmp_path / "net.pt"),
        gw.ModelEntry("net", build=copied, weights=tmp_path / "net.pt", masks=mask),
    ]
    assert len({entry.fingerprint(double) for entry in entries}) == 1


def test_fingerprints_see_what_a_state_dict_does_not_hold():
    """A row taken for that of a net with another threshold, or another unsaved buffer."""
    nets = [Thresholded(0.0), Thresholded(0.5), Thresholded(0.0), Thresholded(0.0)]
    nets[2].register_buffer("scale", torch.ones(2), persistent=False)
    nets[3].register_buffer("scale", torch.zeros(2), persistent=False)
    for other in nets[1:]:
        other.load_state_dict(nets[0].state_dict())
    assert len({gw.ModelEntry("net", one).fingerprint(None) for one in nets}) == 4


@pytest.mark.parametrize(
    "dtype", [torch.bfloat16, torch.float8_e5m2, torch.float64, torch.bool, torch.int16]
)
def test_fingerprints_of_any_tensor(dtype):
    """A model in bfloat16 that cannot be read by numpy."""
    tensor = torch.tensor([[0, 1, 1]]).to(dtype)
    assert fingerprint.of_array(tensor) != fingerprint.of_array(tensor.T)
    assert fingerprint.of_array(tensor) == fingerprint.of_array(tensor.clone())
    assert fingerprint.of_array(np.float32(3)) == fingerprint.of_array(np.array(3, np.float32))
