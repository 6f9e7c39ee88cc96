"""A store with everything that the evaluation reads; shared, so read only."""

from __future__ import annotations

import copy

import pytest
import torch

import geowidgets as gw


@pytest.fixture(scope="session")
def vulnerable_net(trained: torch.nn.Module) -> torch.nn.Module:
    """The trained LeNet-5, worse by noise on its weights, so that there are errors to count."""
    net = copy.deepcopy(trained)
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in net.parameters():
            spread = 0.45 * weight.std(correction=0)
            weight += spread * torch.randn(weight.shape, generator=generator)
    return net


@pytest.fixture(scope="session")
def vulnerable_store(
    vulnerable_net: torch.nn.Module,
    digits: gw.datasets.Samples,
    tmp_path_factory: pytest.TempPathFactory,
) -> gw.GeometryStore:
    """A dense net and its 18 prunings for PV × clean and 2 corruptions × 2 severities, 299 images.

    A second set holds other images; features are kept.
    """
    net = copy.deepcopy(vulnerable_net)
    study = gw.Study(
        models=[
            *gw.vulnerability_models(net),
            gw.ModelEntry("dense", net),
            *gw.vulnerability_models(net, scope="layer"),
        ],
        benchmarks=[
            *gw.corruption_benchmarks(["gaussian_noise", "contrast"], [3, 5]),
            gw.Benchmark("elsewhere", set="other"),
        ],
        images=digits.images[:299],
        labels=digits.labels[:299],
        classes=digits.classes,
        sets={"other": (digits.images[400:500], digits.labels[400:500])},
    )
    path = tmp_path_factory.mktemp("store") / "vulnerable.zarr"
    return gw.GeometryStore.compute(study, path, features=["dense"], progress=False)
