"""Options and fixtures that every test shares."""

from __future__ import annotations

import copy
import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import geowidgets as gw

BROWSER = Path(__file__).parent / "browser"
LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-browser-tests",
        action="store_true",
        help="leave out the tests that drive JupyterLab in a real browser (the summary says so)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--no-browser-tests"):
        return
    browser = [item for item in items if item.path.is_relative_to(BROWSER)]
    items[:] = [item for item in items if item not in browser]
    config.hook.pytest_deselected(items=browser)
    config.stash[LEFT_OUT] = len(browser)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    count = config.stash.get(LEFT_OUT, None)
    if count is not None:
        terminalreporter.section("browser tests left out", yellow=True, bold=True)
        terminalreporter.line(f"--no-browser-tests: {count} tests in tests/browser did not run")


@pytest.fixture(scope="session")
def digits() -> gw.datasets.Samples:
    """Real handwriting: 599 test images of ten digits, 32×32."""
    return gw.datasets.digits(split="test")


@pytest.fixture(scope="session")
def trained() -> torch.nn.Module:
    """LeNet-5 that reads digits; shared, so look but do not touch."""
    train = gw.datasets.digits(split="train")
    net = gw.zoo.lenet5(in_channels=1)
    gw.training.train(
        net, train.images, train.labels, epochs=6, optimizer="adam", lr=2e-3, device="cpu",
        progress=False,
    )  # fmt: skip
    return net


@pytest.fixture(scope="session")
def tiny_study(trained: torch.nn.Module, digits: gw.datasets.Samples) -> gw.Study:
    """3 models × 4 benchmarks × 599 samples × 10 classes."""
    net = copy.deepcopy(trained)
    return gw.Study(
        models=[
            gw.ModelEntry("dense", net),
            *gw.prune_family(net, method="magnitude", ratios=[0.6]),
            *gw.prune_family(net, method="random", ratios=[0.3]),
        ],
        benchmarks=gw.corruption_benchmarks(["gaussian_noise", "contrast", "jpeg_compression"], 3),
        images=digits.images,
        labels=digits.labels,
        classes=digits.classes,
    )


@pytest.fixture(scope="session")
def tiny_store(tiny_study: gw.Study, tmp_path_factory: pytest.TempPathFactory) -> gw.GeometryStore:
    """The tiny study computed; shared, so read only."""
    path = tmp_path_factory.mktemp("store") / "tiny.zarr"
    return gw.GeometryStore.compute(tiny_study, path, progress=False)


@pytest.fixture
def growing_store(
    tiny_study: gw.Study, digits: gw.datasets.Samples, tmp_path: Path
) -> gw.GeometryStore:
    """Two models × 4 benchmarks × 33 samples, a test's own: entries may join and leave."""
    study = gw.Study(
        tiny_study.models[:2], tiny_study.benchmarks, digits.images[:33], digits.labels[:33],
        digits.classes,
    )  # fmt: skip
    return gw.GeometryStore.compute(study, tmp_path / "grows.zarr", progress=False)


@pytest.fixture(scope="session")
def repeats_store(
    trained: torch.nn.Module,
    digits: gw.datasets.Samples,
    tmp_path_factory: pytest.TempPathFactory,
) -> gw.GeometryStore:
    """Two repeats of a dense net and three ratios, and a third of the dense net alone; 599 × 3.

    The nets differ by noise on their weights; the store's order is not that of the ratios.
    """
    entries = []
    for seed in (1, 0, 2):
        net = copy.deepcopy(trained)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for weight in net.parameters():
                spread = 0.4 * seed * weight.std(correction=0)
                weight += spread * torch.randn(weight.shape, generator=generator)
        dense = f"dense-{seed}"
        entries.append(gw.ModelEntry(dense, net, seed=seed))
        ratios = [] if seed == 2 else [0.9, 0.3, 0.6]
        for entry in gw.prune_family(net, method="magnitude", ratios=ratios, parent=dense):
            entries.append(dataclasses.replace(entry, name=f"{entry.name}-{seed}", seed=seed))
    study = gw.Study(
        models=entries,
        benchmarks=gw.corruption_benchmarks(["gaussian_noise"], [1, 4]),
        images=digits.images,
        labels=digits.labels,
        classes=digits.classes,
    )
    path = tmp_path_factory.mktemp("store") / "repeats.zarr"
    return gw.GeometryStore.compute(study, path, progress=False)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `geowidgets demo --no-browser` makes, by the command itself."""
    folder = tmp_path_factory.mktemp("demo") / "geowidgets-demo"
    command = [sys.executable, "-m", "geowidgets.cli", "demo", "--no-browser"]
    done = subprocess.run(
        [*command, "--folder", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder
