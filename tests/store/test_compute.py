"""What a store holds is what the plain functions give, and nothing is computed twice."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch
import xarray as xr

import geowidgets as gw
from geowidgets.geometry import measure
from geowidgets.latents import capture
from geowidgets.training import to_input


def pair_by_hand(study: gw.Study, model: str, benchmark: str) -> dict[str, np.ndarray]:
    """One pair without tiles, batches or disk."""
    entry = next(m for m in study.models if m.name == model)
    bench = next(b for b in study.benchmarks if b.name == benchmark)
    images, labels = study.sets["test"].images, study.sets["test"].labels
    pixels = bench.render(images, 0)
    latents = capture(entry.load(), to_input(pixels))
    geometry = measure(latents.features, latents.weight, latents.bias, torch.from_numpy(labels))
    angle = geometry.angle.numpy()
    return {
        "angles": angle,
        "angle": angle[np.arange(len(labels)), labels],
        "length": geometry.length.numpy(),
        "margin": geometry.margin.numpy(),
        "probability": geometry.probability.numpy(),
        "prediction": geometry.prediction.numpy(),
        "runner_up": latents.logits.argsort(dim=1)[:, -2].numpy(),
    }


@pytest.mark.parametrize("model", ["dense", "random-30"])
@pytest.mark.parametrize("benchmark", ["clean", "jpeg_compression-3"])
def test_pair_equals_plain_functions(tiny_study, tiny_store, model, benchmark):
    """A row written to another model's or benchmark's place, or a batch out of order."""
    for variable, expected in pair_by_hand(tiny_study, model, benchmark).items():
        found = tiny_store.column(variable, model, benchmark)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-3, err_msg=variable)


def test_accuracy_is_the_share_of_equal_predictions(tiny_study, tiny_store, digits):
    """Bits packed in the other order, or divided by the wrong n."""
    accuracy = tiny_store.accuracy()
    assert accuracy.dims == ("model", "benchmark")
    assert accuracy.sizes == {"model": 3, "benchmark": 4}
    chosen = np.flatnonzero(digits.labels == 3)
    some = tiny_store.accuracy(samples=chosen)
    assert some.n == len(chosen)
    for model in ("dense", "magnitude-60"):
        right = tiny_store.column("prediction", model, "clean") == digits.labels
        assert accuracy.sel(model=model, benchmark="clean") == pytest.approx(right.mean())
        assert some.sel(model=model, benchmark="clean") == pytest.approx(right[chosen].mean())
    mask = np.isin(np.arange(len(digits.labels)), chosen)
    xr.testing.assert_equal(tiny_store.accuracy(samples=mask), some)


def test_dense_is_better_than_chance(tiny_store):
    """A transform or label order that training and the store do not share."""
    assert tiny_store.accuracy().sel(model="dense", benchmark="clean") > 0.8


def test_dataset_is_labelled_and_lazy(tiny_store):
    """Transposed axes: model 0 and benchmark 0 differ from model 0 and benchmark 1."""
    dataset = tiny_store.dataset
    assert dict(dataset.sizes) == {"model": 3, "benchmark": 4, "sample": 599, "class": 10}
    picked = dataset["margin"].sel(model="random-30", benchmark="contrast-3")
    np.testing.assert_array_equal(picked, tiny_store.column("margin", 2, 2))
    np.testing.assert_array_equal(
        tiny_store.metric("angle", benchmark="clean")[0], tiny_store.column("angle", 0, 0)
    )
    some = dataset["angle"].isel(model=[2, 0], benchmark=1, sample=slice(5, 9))
    assert some.shape == (2, 4, 10)
    np.testing.assert_array_equal(some[0], tiny_store.column("angles", 2, 1)[5:9])
    assert dataset["ratio"].values[0] == 0
    assert dataset["ratio"].sel(model="magnitude-60") == pytest.approx(0.6, abs=0.005)


def test_store_reads_as_plain_xarray(tiny_store):
    """A format that only this package can read."""
    plain = xr.open_zarr(tiny_store.path, group="sets/test", consolidated=False)
    assert list(plain["model"].values) == [m.name for m in tiny_store.models]
    np.testing.assert_array_equal(
        plain["length"].sel(model="dense", benchmark="clean"),
        tiny_store.column("length", "dense", "clean"),
    )


def test_computing_again_changes_nothing(tiny_study, tiny_store, capsys):
    """Fingerprints that differ between two readings of one study."""
    before = tiny_store.digest(), tiny_store.revision
    again = gw.GeometryStore.compute(tiny_study, tiny_store.path)
    assert (again.digest(), again.revision) == before
    assert "12/12" in capsys.readouterr().err


def test_one_changed_model_is_one_recomputed_row(tiny_study, tmp_path):
    """A changed model that keeps its old numbers, or makes the others be computed again."""
    path = tmp_path / "changed.zarr"
    before = gw.GeometryStore.compute(tiny_study, path, progress=False)
    other = copy.deepcopy(tiny_study.models[1].module)
    with torch.no_grad():
        next(iter(other.parameters())).mul_(1.5)
    models = [
        tiny_study.models[0],
        dataclasses.replace(tiny_study.models[1], module=other),
        tiny_study.models[2],
    ]
    changed = gw.Study(
        models, tiny_study.benchmarks,
        tiny_study.sets["test"].images, tiny_study.sets["test"].labels, tiny_study.classes,
    )  # fmt: skip
    marks = {p: p.stat().st_mtime_ns for p in (path / "sets/test/digest").glob("[0-9]*.*")}
    after = gw.GeometryStore.compute(changed, path, progress=False)
    assert [m.name for m in after.models] == [m.name for m in before.models]
    assert after.accuracy().shape == (3, 4)
    kept = [p for p in marks if p.stat().st_mtime_ns == marks[p]]
    assert len(kept) == len(marks), "a finished pair was written again"
    assert len(list((path / "sets/test/digest").glob("[0-9]*.*"))) == 16
    np.testing.assert_array_equal(
        after.column("margin", "dense", "clean"), before.column("margin", "dense", "clean")
    )
    assert (after.column("length", 1, 0) != before.column("length", 1, 0)).any()
    after.compact()
    assert len(list((path / "sets/test/digest").glob("[0-9]*.*"))) == 12
    assert after.verify() == []


def test_a_block_of_many_class_angles_is_shorter():
    """200 MB a pair in each queue between computing and writing, 1,000 classes' angles kept."""
    from geowidgets.store import plan

    images = np.zeros((50_000, 1, 1, 1), np.uint8)
    assert plan.set_info(images, "print", classes=10).block == 50_000
    info = plan.set_info(images, "print", classes=1000)
    assert 4 * 1000 * info.block <= plan.RESULT_BYTES < 4 * 1010 * (info.block + 1)
    assert info.blocks * info.block >= 50_000


def test_blocks_batches_and_laziness_change_nothing(tiny_study, tiny_store, tmp_path, monkeypatch):
    """A block boundary that shifts samples or their noise; a checkpoint loaded otherwise."""
    import geowidgets.store.plan as plan

    monkeypatch.setattr(plan, "TILE_BYTES", 250 * 32 * 32)
    checkpoint = tmp_path / "dense.pt"
    torch.save(tiny_study.models[0].module.state_dict(), checkpoint)
    lazy = gw.ModelEntry("dense", build=lambda: gw.zoo.lenet5(in_channels=1), weights=checkpoint)
    samples = tiny_study.sets["test"]
    study = gw.Study(
        [lazy, *tiny_study.models[1:]], tiny_study.benchmarks,
        samples.images, samples.labels, tiny_study.classes,
    )  # fmt: skip
    blocks = gw.GeometryStore.compute(study, tmp_path / "b.zarr", batch_size=37, progress=False)
    assert (tmp_path / "b.zarr/sets/test/digest/0.0.2").exists()
    for variable in ("angle", "length", "margin", "probability"):
        for pair in ((0, 0), (2, 1)):
            np.testing.assert_allclose(
                blocks.column(variable, *pair), tiny_store.column(variable, *pair), atol=2e-3
            )
    np.testing.assert_array_equal(blocks.correct(), tiny_store.correct())
    assert blocks.verify() == []


def test_users_models_are_left_as_they_were(tiny_study, trained, tmp_path, digits):
    """A compute that leaves the user's model in eval mode or hooked."""
    net = copy.deepcopy(trained).train()
    next(net.children()).eval()
    modes = [m.training for m in net.modules()]
    study = gw.Study(
        [gw.ModelEntry("n", net)], None, digits.images[:7], digits.labels[:7], digits.classes
    )
    gw.GeometryStore.compute(study, tmp_path / "m.zarr", progress=False)
    assert [m.training for m in net.modules()] == modes
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def test_several_sets_share_models(tiny_study, tmp_path, digits):
    """Benchmarks of one set shown on another one's samples."""
    study = gw.Study(
        tiny_study.models[:2],
        [gw.Benchmark("clean"), gw.Benchmark("first ten", set="ten")],
        digits.images[20:], digits.labels[20:], digits.classes,
        sets={"ten": (digits.images[:10], digits.labels[:10])},
    )  # fmt: skip
    store = gw.GeometryStore.compute(study, tmp_path / "sets.zarr", progress=False)
    assert store.sets == ("test", "ten")
    assert store.column("length", "dense", "first ten").shape == (10,)
    assert store.accuracy(set="ten").sizes == {"model": 2, "benchmark": 1}
    assert store.done.all() and store.done.shape == (2, 2)


def test_features_come_back(tiny_study, tmp_path, digits):
    """Features of another benchmark, or of another width, under a model's name."""
    study = gw.Study(
        tiny_study.models[:2], tiny_study.benchmarks[:2], digits.images[:33], digits.labels[:33],
        digits.classes,
    )  # fmt: skip
    store = gw.GeometryStore.compute(study, tmp_path / "f.zarr", features=["dense"], progress=False)
    matrix = store.features_matrix("dense", 1)
    np.testing.assert_allclose(
        np.linalg.norm(matrix, axis=1), store.column("length", "dense", 1), rtol=2e-3
    )
    with pytest.raises(gw.StoreError, match="attach"):
        store.features_matrix("magnitude-60", 0)


def test_store_grows(tiny_study, tmp_path, digits):
    """A model that joins later in another's slot."""
    study = gw.Study(
        tiny_study.models[:1], tiny_study.benchmarks, digits.images[:33], digits.labels[:33],
        digits.classes,
    )  # fmt: skip
    store = gw.GeometryStore.compute(study, tmp_path / "g.zarr", progress=False)
    revision = store.revision
    store.add(*tiny_study.models[1:], progress=False)
    assert [m.name for m in store.models] == ["dense", "magnitude-60", "random-30"]
    assert store.done.all() and store.revision > revision
    with pytest.raises(gw.StoreError, match="without its study"):
        gw.GeometryStore.open(store.path).add(tiny_study.models[0])


def test_class_angles_can_be_left_out(tiny_study, tmp_path, digits):
    """A head of 1,000 classes whose angles would not fit."""
    study = gw.Study(
        tiny_study.models[:1], None, digits.images[:9], digits.labels[:9], digits.classes
    )
    some = gw.GeometryStore.compute(study, tmp_path / "some.zarr", angles=[7, 2], progress=False)
    none = gw.GeometryStore.compute(study, tmp_path / "none.zarr", angles=None, progress=False)
    assert list(some.dataset["class"].values) == ["7", "2"]
    assert some.column("angles", 0, 0).shape == (9, 2)
    np.testing.assert_array_equal(some.column("angle", 0, 0), none.column("angle", 0, 0))
    with pytest.raises(gw.StoreError, match="angles='all'"):
        none.column("angles", 0, 0)


def test_attached_models_are_checked(tiny_study, tiny_store):
    """Attribution of a model that is not the one in the store."""
    store = gw.GeometryStore.open(tiny_store.path)
    with pytest.raises(gw.StoreError, match=r"store\.attach"):
        store.live_model("dense")
    store.attach(tiny_study.models)
    assert store.live_model(0) is tiny_study.models[0]
    wrong = dataclasses.replace(tiny_study.models[0], module=tiny_study.models[1].module)
    with pytest.raises(gw.StoreError, match="fingerprint"):
        store.attach([wrong])
