"""Informative features across models against loops; kept masks; the picture; what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import geowidgets as gw
from geowidgets.attribution import CancelledError, backselect


def linear(rows: list[list[float]]) -> torch.nn.Module:
    """Three classes of a 3 × 4 image, read off its pixels."""
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 3, bias=False))
    with torch.no_grad():
        net[1].weight.copy_(torch.tensor(rows))
    return net.double()


@pytest.fixture(scope="module")
def entries() -> list[gw.ModelEntry]:
    """A dense net, one pruned from it, and a separate one; doubles, so that there are no ties."""
    generator = torch.Generator().manual_seed(3)
    dense = linear(torch.randn(3, 12, generator=generator).tolist())
    other = linear(torch.randn(3, 12, generator=generator).tolist())
    weight = dense[1].weight.detach()
    pruned = linear((weight * (weight.abs() > 0.4)).tolist())
    about = {"architecture": "net"}
    return [
        gw.ModelEntry("dense", dense, **about),
        gw.ModelEntry("pruned", pruned, **about, method="magnitude", ratio=0.3, parent="dense"),
        gw.ModelEntry("separate", other, architecture="net", seed=1),
    ]


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.rand(5, 1, 3, 4, generator=torch.Generator().manual_seed(1)).double()


LABELS = [0, 2, 1, 1, 0]


def double(batch: torch.Tensor) -> torch.Tensor:
    return batch.double()


def shifted(batch: torch.Tensor) -> torch.Tensor:
    return batch.double() - 0.3


@pytest.mark.parametrize("target", ["predicted", "true"])
@torch.no_grad()
def test_equals_loops(entries, images, target) -> None:
    """Masks and models swapped, zeros in pixel space, a confidence in the predicted class."""
    found = gw.informative_features(
        entries, images, LABELS, target=target, keep=0.25, transform=shifted, batch=2,
        progress=False,
    )  # fmt: skip
    assert found.confidence.dims == ("benchmark", "mask", "model")
    inputs = shifted(images.float())
    masks = {
        entry.name: backselect(
            entry, images, LABELS, target=target, keep=0.25, transform=shifted
        )["mask"].values
        for entry in entries
    }  # fmt: skip

    def shares(model: gw.ModelEntry, mask: str) -> torch.Tensor:
        return model.load()(inputs * torch.from_numpy(masks[mask])[:, None]).softmax(1)

    for mask in masks:
        np.testing.assert_array_equal(found.pixels.sel(mask=mask)[0], masks[mask])
        for model in entries:
            own = found.sel(benchmark="clean", mask=mask, model=model.name)
            seen = shares(model, mask)
            right = seen[range(5), LABELS].numpy()
            np.testing.assert_allclose(own.confidence_each, right, atol=1e-9)
            assert float(own.confidence) == pytest.approx(right.mean())
            assert float(own.confidence_low) < right.mean() < float(own.confidence_high)
            apart = (seen - shares(model, model.name)).norm(dim=1).numpy()
            np.testing.assert_allclose(own.distance_each, apart, atol=1e-9)
    whole = [entry.load()(inputs).softmax(1)[range(5), LABELS].mean() for entry in entries]
    np.testing.assert_allclose(found.whole[0], whole, atol=1e-9)
    assert np.diagonal(found.distance[0]).tolist() == [0, 0, 0]
    assert found.role.values.tolist() == ["dense", "pruned", "separate"]
    assert found.attrs["exact"]


def test_by_hand() -> None:
    """The one pixel that a net reads, shown to a net that reads another one."""
    first, second = [[0.0] * 12 for _ in range(3)], [[0.0] * 12 for _ in range(3)]
    first[1][5], second[1][7] = 9.0, 9.0
    models = [gw.ModelEntry("five", linear(first)), gw.ModelEntry("seven", linear(second))]
    found = gw.informative_features(
        models, torch.ones(1, 1, 3, 4).double(), [1], keep=1 / 12, transform=double,
        progress=False,
    )  # fmt: skip
    assert np.flatnonzero(found.pixels.sel(mask="seven")).tolist() == [7]
    sure = float(torch.tensor([0.0, 9.0, 0.0]).double().softmax(0)[1])
    np.testing.assert_allclose(found.confidence[0], [[sure, 1 / 3], [1 / 3, sure]])
    apart = np.linalg.norm([1 / 3 - (1 - sure) / 2, 1 / 3 - sure, 1 / 3 - (1 - sure) / 2])
    np.testing.assert_allclose(found.distance[0], [[0, apart], [apart, 0]])


def test_an_interrupted_call_goes_on(entries, images, tmp_path) -> None:
    """Masks computed again, or those of another net, another k or other images read for them."""
    many = torch.cat([images, 1 - images, images + 0.1])  # two blocks
    labels = LABELS * 3
    options = {"path": tmp_path / "masks", "progress": False, "transform": double}
    answers = iter([False, True])  # asked before the first block and after it
    with pytest.raises(CancelledError, match="cancelled after 8 of 45"):
        gw.informative_features(entries, many, labels, cancel=lambda: next(answers), **options)
    first = sorted((tmp_path / "masks").iterdir())
    assert len(first) == 1
    stamp = first[0].stat().st_mtime_ns
    found = gw.informative_features(entries, many, labels, **options)
    assert len(list((tmp_path / "masks").iterdir())) == 6
    assert first[0].stat().st_mtime_ns == stamp
    again = gw.informative_features(entries, many, labels, **options)
    plain = gw.informative_features(entries, many, labels, progress=False, transform=double)
    assert again.identical(plain) and found.identical(plain)
    gw.informative_features(entries[:1], many, labels, k=2, **options)
    gw.informative_features(entries[:1], many + 0.01, labels, **options)
    assert len(list((tmp_path / "masks").iterdir())) == 10


def test_corrupted_images_have_masks_of_their_own(trained, digits) -> None:
    """Clean masks on corrupted images; the corruption of other samples."""
    shown = gw.corruption_benchmarks("contrast", 3)
    entry = gw.ModelEntry("dense", trained)
    some = digits.images[:2], digits.labels[:2]
    calls: list[tuple[int, int]] = []
    found = gw.informative_features(
        [entry], *some, benchmarks=shown, k=256, progress=lambda *done: calls.append(done)
    )
    assert found.benchmark.values.tolist() == ["clean", "contrast-3"]
    assert calls[-1] == (4, 4)
    corrupted = gw.corrupt(digits.images[:2], "contrast", 3)
    wanted = backselect(entry, corrupted, k=256)["mask"].values
    np.testing.assert_array_equal(found.pixels.sel(benchmark="contrast-3", mask="dense"), wanted)
    assert not found.attrs["exact"]


def test_export_and_picture(entries, images, tmp_path) -> None:
    """Masks × models transposed in the picture, a name read as markup, NaN in JSON."""
    renamed = [gw.ModelEntry("<b>", entries[0].load()), *entries[1:]]
    found = gw.informative_features(renamed, images, LABELS, k=4, progress=False, transform=double)
    text = gw.table_json(found.drop_vars(["pixels"]))
    assert json.loads(text)["dims"]["mask"] == 3
    picture = gw.feature_heat_map(found)
    svg = picture._repr_svg_()
    assert "&lt;b&gt;" in svg and "<b>" not in svg
    assert "4 at a time (approximate)" in svg
    cells = [f"{value:.2f}" for value in found.confidence.values[0].ravel()]
    drawn = [part.split("<")[0] for part in svg.split('text-anchor="middle"')[1:]]
    assert [one.split(">")[1] for one in drawn][:9] == cells
    assert picture.save(tmp_path / "heat.svg").read_text() == svg
    assert gw.feature_heat_map(found, measure="distance").svg != svg
    with pytest.raises(ValueError, match=r"benchmark: unknown name 'clea'.*'clean'"):
        gw.feature_heat_map(found, "clea")
    with pytest.raises(ValueError, match="measure: unknown word 'confidense'"):
        gw.feature_heat_map(found, measure="confidense")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target": "tru"}, "target: unknown word 'tru'.*'true'"),
        ({"labels": [1]}, r"labels: expected one an image, 5 of at least 1, got shape \(1,\)"),
        ({"models": []}, "models: expected at least one, each name once"),
        ({"k": 0}, "k: expected at least 1 pixel, got 0"),
        ({"keep": 2}, r"keep: expected a share in \(0, 1\]"),
        (
            {"benchmarks": gw.corruption_benchmarks("fog", 1, clean=False)},
            "'fog-1': corruptions take uint8",
        ),
    ],
)
def test_what_is_refused(entries, images, change, words) -> None:
    """An error from deep inside a long computation."""
    asked = {"models": entries, "images": images, "labels": LABELS} | change
    with pytest.raises(ValueError, match=words):
        gw.informative_features(
            asked.pop("models"), asked.pop("images"), progress=False, transform=double, **asked
        )
