"""Guidelines, tables by class, CKA and the export."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

import geowidgets as gw
from geowidgets.evaluation.guidelines import VERDICTS, _text, _verdict


def test_guidelines_are_read_off_the_potentials(repeats_store) -> None:
    """Advice with numbers of another family, or of the best benchmark instead of the worst."""
    names = ["gaussian_noise-1", "gaussian_noise-4"]
    found = gw.guidelines(repeats_store, 0.05, shifted=names, close=0.01)
    measured = gw.potential_by_distribution(repeats_store, 0.05, shifted=names)
    row = found.loc["LeNet5 / magnitude"]
    assert row.nominal == pytest.approx(float(measured.average_mean[0, 0]))
    assert row.average == pytest.approx(float(measured.average_mean[0, 1]))
    assert row.minimum == pytest.approx(float(measured.minimum_mean[0, 1]))
    each = gw.prune_potential(repeats_store, 0.05).mean("repeat").sel(benchmark=names)
    assert row.worst == names[int(each.values[0].argmin())]
    weak = [n for n in names if float(each.sel(benchmark=n)[0]) < row.nominal - 0.01]
    assert set(filter(None, row.train_for.split(", "))) == set(weak)
    assert row.verdict in VERDICTS
    assert "says nothing of shifts" in found.attrs["note"]


@pytest.mark.parametrize(
    ("nominal", "minimum", "verdict"),
    [
        (0.9, 0.0, "don't prune"),
        (0.0, 0.3, "don't prune"),
        (0.9, 0.5, "prune moderately"),
        (0.9, 0.86, "prune fully"),
        (0.5, 0.9, "prune fully"),
        (0.9, np.nan, "not measured"),
    ],
)
def test_verdicts_follow_the_measured_shifts(nominal: float, minimum: float, verdict: str) -> None:
    """A net that breaks under one shift, called fully prunable for its average."""
    assert _verdict(nominal, minimum, 0.05, 0.05) == verdict
    text = _text("net / ft", verdict, (nominal, nominal, minimum), "fog-3", ["fog-3"], 0.05)
    assert text.startswith("net / ft: ")
    assert "nan" not in text


def test_class_table_equals_loops(tiny_store) -> None:
    """A class's samples taken for another's; a spread with another denominator."""
    samples = np.arange(0, 599, 2)
    found = gw.class_table(tiny_store, samples=samples, models=["random-30", "dense"])
    assert found["mean"].shape == (2, 4, 11, 4)
    labels = tiny_store.labels()
    for group in ("0", "7", "all"):
        for metric in ("angle", "margin"):
            values = tiny_store.column(metric, "dense", "contrast-3").astype(float)
            chosen = np.array([i for i in samples if group == "all" or labels[i] == int(group)])
            cell = found.sel(model="dense", benchmark="contrast-3", group=group)
            assert float(cell["mean"].sel(metric=metric)) == pytest.approx(values[chosen].mean())
            assert float(cell["std"].sel(metric=metric)) == pytest.approx(values[chosen].std())
            assert int(cell.n) == len(chosen)
            right = tiny_store.column("prediction", "dense", "contrast-3") == labels
            assert float(cell.accuracy) == pytest.approx(right[chosen].mean())
            assert float(cell.difference) == pytest.approx(right[chosen].mean() - right.mean())
    assert found.unit.values.tolist()[0] == "degree"
    with pytest.raises(gw.StoreError, match="unknown model 'dens'"):
        gw.class_table(tiny_store, models=["dens"])


def test_a_class_without_samples_is_missing(tiny_store) -> None:
    """A warning, or a 0 that looks like a measurement."""
    samples = np.flatnonzero(tiny_store.labels() == 0)
    found = gw.class_table(tiny_store, samples=samples, models=["dense"], benchmarks=["clean"])
    assert np.isnan(found["mean"].sel(group="1")).all()
    assert int(found.n.sel(group="all").sum()) == len(samples)


def test_directions_of_rows_and_of_samples(vulnerable_store) -> None:
    """Means over the predicted class; rows of another model."""
    found = gw.class_direction_table(vulnerable_store)
    assert found.model.values.tolist() == ["dense"]
    features = vulnerable_store.features_matrix("dense", "clean").astype(float)
    weight, _ = vulnerable_store.head("dense")
    labels = vulnerable_store.labels()
    for c in (0, 3):
        mean, row = features[labels == c].mean(axis=0), weight[c].astype(float)
        cosine = mean @ row / np.linalg.norm(mean) / np.linalg.norm(row)
        wanted = np.rad2deg(np.arccos(cosine))
        assert float(found.angle[0, c]) == pytest.approx(wanted, abs=1e-3)
    with pytest.raises(gw.StoreError, match="holds no features"):
        gw.class_direction_table(vulnerable_store, models=["dense magnitude-50"])


def test_cka_of_a_stores_features(vulnerable_net, digits, tmp_path) -> None:
    """Samples of one model against others of another; a table that is not symmetric."""
    study = gw.Study(
        [gw.ModelEntry("dense", vulnerable_net),
         *gw.prune_family(vulnerable_net, method="magnitude", ratios=[0.9])],
        images=digits.images[:80], labels=digits.labels[:80], classes=digits.classes,
    )  # fmt: skip
    path = tmp_path / "s.zarr"
    store = gw.GeometryStore.compute(study, path, features="float16", progress=False)
    samples = np.arange(0, 80, 2)
    found = gw.cka(store, "clean", samples=samples)
    x, y = (store.features_matrix(n, "clean")[samples].astype(float) for n in found.model.values)
    x, y = x - x.mean(0), y - y.mean(0)
    wanted = (x.T @ y).__pow__(2).sum() / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
    assert float(found[0, 1]) == pytest.approx(wanted)
    assert float(found[0, 1]) == float(found[1, 0])
    np.testing.assert_allclose(np.diag(found), 1)
    assert 0.1 < wanted < 0.999
    with pytest.raises(gw.StoreError, match="'claen'; did you mean 'clean'"):
        gw.cka(store, "claen")


def test_features_that_are_not_kept_are_said(tiny_store) -> None:
    """An empty table instead of the way out."""
    with pytest.raises(gw.StoreError, match="compute it with features='float16'"):
        gw.cka(tiny_store)


def test_every_table_is_json(vulnerable_store, repeats_store, tmp_path) -> None:
    """An attribute or an array that JSON does not have; NaN, which it has not."""
    store = repeats_store
    tables = {
        "vulnerability": gw.vulnerability(vulnerable_store, draws=2),
        "counts": gw.vulnerability_counts(vulnerable_store),
        "pie": gw.pie(store, draws=2),
        "cka": gw.cka(vulnerable_store),
        "potential": gw.prune_potential(store),
        "curve": gw.prune_accuracy(store),
        "excess": gw.excess_error(store, severity=4, draws=2),
        "distribution": gw.potential_by_distribution(store, severity=4),
        "delta": gw.potential_by_delta(store, [0, 0.1]),
        "guidelines": gw.guidelines(store, severity=4),
        "ensemble": gw.ensemble(store),
        "classes": gw.class_table(store),
        "directions": gw.class_direction_table(vulnerable_store),
    }
    for name, table in tables.items():
        path = tmp_path / f"{name}.json"
        text = gw.table_json(table, path)
        plain = json.loads(path.read_text(encoding="utf-8"))
        assert plain == json.loads(text)
        if isinstance(table, xr.Dataset):
            back = xr.Dataset.from_dict(plain)
            assert dict(back.sizes) == dict(table.sizes)
            assert set(back.coords) == set(table.coords)
    assert json.loads(gw.table_json(tables["guidelines"]))[0]["family"] == "LeNet5 / magnitude"


def test_text_states_interval_and_protocol(vulnerable_store, repeats_store) -> None:
    """A paper's figure beside ours without a word on how they differ."""
    text = gw.table_text(gw.vulnerability(vulnerable_store, draws=2, data="MNIST"))
    assert "-0.690" in text and "PV / magnitude" in text
    assert "interval: 95 % percentile bootstrap, 2 draws, seed 0" in text
    assert "protocol: Li et al. do not say which recipe" in text
    exemplars = gw.table_text(gw.pie(repeats_store, draws=2))
    assert "dense_label" not in exemplars and "auroc" in exemplars
    accuracy = gw.table_text(gw.prune_potential(repeats_store))
    assert "prune_potential" in accuracy and "unit: fraction of weights removed" in accuracy
    advice = gw.table_text(gw.guidelines(repeats_store, severity=4))
    assert "note: Advice from the potentials" in advice


def test_public_names_are_functions() -> None:
    """A name that gives the module of the same name."""
    for name in ("corruption_error", "excess_error", "ensemble", "guidelines", "pie", "cka",
                 "vulnerability", "prune_accuracy", "noise_similarity"):  # fmt: skip
        assert callable(getattr(gw, name)), name
