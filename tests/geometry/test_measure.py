"""One call for all metrics: identities, ties, broken samples, chunks, devices' settings."""

from __future__ import annotations

import math
import weakref

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from geowidgets.geometry import Classifier, Geometry, measure


def test_softmax_of_lengths_and_cosines_is_the_models_softmax(batch) -> None:
    """Catches an angle or length that does not decompose the logits (eq. 1–4, bias 0)."""
    found = measure(batch.features, batch.weight, None, batch.labels)
    norms = batch.weight.norm(dim=1)
    logits = found.length[:, None] * norms * found.angle.deg2rad().cos()
    model = (batch.features @ batch.weight.T).softmax(dim=1)
    torch.testing.assert_close(logits.softmax(dim=1), model)
    torch.testing.assert_close(found.probability, model.gather(1, batch.labels[:, None])[:, 0])


def test_prediction_and_probability_come_from_the_given_logits(batch) -> None:
    """Catches recomputed logits where the head's own output was given."""
    logits = -batch.logits
    found = measure(*batch, logits=logits)
    assert torch.equal(found.prediction, logits.argmax(dim=1))
    expected = logits.softmax(dim=1).gather(1, batch.labels[:, None])[:, 0]
    torch.testing.assert_close(found.probability, expected)
    assert not torch.equal(found.prediction, measure(*batch).prediction)


def test_ties_go_to_the_lowest_index() -> None:
    """Catches equal rows whose scores differ in the last bit, and argmax taking the last."""
    generator = torch.Generator().manual_seed(2)
    row, x = torch.randn(301, generator=generator), torch.randn(64, 301, generator=generator)
    weight = torch.cat([-row[None], row.repeat(18, 1)])
    found = measure(x, weight, None, torch.zeros(64, dtype=torch.int64))
    assert set(found.prediction.tolist()) == {0, 1}
    exact = measure([[1.0, 1.0, 1.0]], [[0.0] * 3, [1, 2, 3], [3, 1, 2]], None, [0])
    assert exact.prediction.tolist() == [1]
    assert measure([[1.0]], [[1.0], [1.0]], None, [0], logits=[[2.0, 2.0]]).prediction == 0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("with_logits", [False, True])
def test_broken_features_give_nan_and_minus_one_and_are_counted(
    batch, bad: float, with_logits: bool
) -> None:
    """Catches a crash, a class for a broken sample, and a broken sample that spoils others."""
    plain = measure(*batch)
    batch.features[0, 3] = bad
    found = measure(*batch, logits=batch.logits if with_logits else None)
    assert found.prediction[0] == -1
    for part in found[:4]:
        assert part[0].isnan().all()
    for part, whole in zip(found, plain, strict=True):
        torch.testing.assert_close(part[1:], whole[1:])
    assert found.counts == {"nonfinite": 1, "zero_length": 0, "no_plane": 0}


def test_broken_logits_count_as_broken_but_masked_classes_do_not(batch) -> None:
    """Catches a half-precision overflow that passes for a prediction; −∞ only rules out."""
    logits = batch.logits
    logits[0, 1] = math.inf
    logits[1, 0] = -math.inf
    found = measure(*batch, logits=logits)
    assert found.prediction[0] == -1
    assert found.prediction[1] == logits[1].argmax()
    assert found.counts["nonfinite"] == 1


def test_a_diverged_head_gives_nan_without_a_crash(batch) -> None:
    """Catches an exception in the middle of a long computation over many models."""
    batch.weight[1, 0] = math.nan
    found = measure(*batch)
    assert found.counts["nonfinite"] == 7
    assert (found.prediction == -1).all()


def test_zero_features_are_measured_and_counted(batch) -> None:
    """Catches division by a length of 0: the distance to the planes is that of the origin."""
    batch.features[0] = 0
    found = measure(*batch)
    assert (found.angle[0] == 90).all()
    assert found.length[0] == 0
    assert found.margin[0].isfinite()
    assert found.counts == {"nonfinite": 0, "zero_length": 1, "no_plane": 0}


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("margin", ["predicted", "true", "signed"])
def test_chunks_equal_the_whole(batch, chunk: int, margin: str) -> None:
    """Catches chunk borders that drop, repeat or shift samples."""
    whole = measure(*batch, margin, logits=batch.logits, direction="mean")
    parts = measure(*batch, margin, logits=batch.logits, direction="mean", chunk=chunk)
    for part, expected in zip(parts, whole, strict=True):
        torch.testing.assert_close(part, expected, rtol=1e-6, atol=1e-6)


def test_one_classifier_measures_many_batches(batch) -> None:
    """Catches state that leaks from one batch into the next."""
    classifier = Classifier(batch.weight, batch.bias)
    whole = measure(*batch)
    for rows in (slice(0, 3), slice(3, 7), slice(0, 3)):
        part = classifier.measure(batch.features[rows], batch.labels[rows])
        for found, expected in zip(part, whole, strict=True):
            torch.testing.assert_close(found, expected[rows])
    assert repr(classifier) == "Classifier(classes=3, features=5, bias)"


def test_an_empty_batch_is_measured_as_empty(batch) -> None:
    """Catches a minimum over no samples."""
    found = measure(batch.features[:0], batch.weight, batch.bias, batch.labels[:0])
    assert found.angle.shape == (0, 3)
    assert found.margin.shape == (0,)


def test_numpy_in_read_only_or_not_equals_torch(batch) -> None:
    """Catches torch's warning about read-only arrays, which memory-mapped stores hand out."""
    arrays = [part.numpy().copy() for part in batch]
    for array in arrays:
        array.flags.writeable = False
    for found, expected in zip(measure(*arrays), measure(*batch), strict=True):
        assert torch.equal(found, expected)
    as_bytes = arrays[3].astype(np.uint8)
    assert torch.equal(measure(*arrays[:3], as_bytes).margin, measure(*batch).margin)


@pytest.mark.parametrize(
    ("given", "reported"),
    [
        (torch.float64, torch.float64),
        (torch.float32, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float16, torch.float32),
    ],
)
def test_types_of_the_result(batch, given: torch.dtype, reported: torch.dtype) -> None:
    """Catches half-precision results, and float64 features rounded on the way."""
    found = measure(batch.features.to(given), *batch[1:])
    assert {part.dtype for part in found[:4]} == {reported}
    assert found.prediction.dtype == torch.int64
    assert found._fields == ("angle", "length", "margin", "probability", "prediction")


def test_reduced_precision_settings_neither_matter_nor_change(batch) -> None:
    """Catches bf16 products under autocast, and settings of the caller left altered."""
    before = torch.get_float32_matmul_precision()
    plain = measure(*batch)
    try:
        torch.set_float32_matmul_precision("medium")
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = measure(*batch)
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(before)
    for part, expected in zip(found, plain, strict=True):
        assert torch.equal(part, expected)


def test_gradients_are_not_recorded(batch) -> None:
    """Catches a graph that keeps every batch of a long run alive."""
    found = measure(batch.features.requires_grad_(), batch.weight.requires_grad_(), *batch[2:])
    assert not found.angle.requires_grad
    with torch.inference_mode():
        classifier = Classifier(batch.weight, batch.bias)
    assert isinstance(classifier.measure(batch.features, batch.labels), Geometry)


class LiveBytes(TorchDispatchMode):
    """Bytes of the tensors that operators have returned and that are still referenced."""

    def __init__(self) -> None:
        super().__init__()
        self.live: dict[int, int] = {}
        self.owners: dict[int, int] = {}
        self.peak = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, tuple | list) else [result]:
            if isinstance(tensor, torch.Tensor):
                self.watch(tensor)
        self.peak = max(self.peak, sum(self.live.values()))
        return result

    def watch(self, tensor: torch.Tensor) -> None:
        pointer = tensor.untyped_storage().data_ptr()
        self.live[pointer] = tensor.untyped_storage().nbytes()
        self.owners[pointer] = self.owners.get(pointer, 0) + 1
        weakref.finalize(tensor, self.release, pointer)

    def release(self, pointer: int) -> None:
        self.owners[pointer] -= 1
        if not self.owners[pointer]:
            del self.owners[pointer], self.live[pointer]


def test_working_memory_stays_below_the_stated_bound(monkeypatch) -> None:
    """Catches a (sample, class) matrix that outgrows the bound for C = 1000: 60 MB unchunked."""
    bound = 2 * 2**20
    monkeypatch.setattr("geowidgets.geometry.classifier.WORKING_BYTES", bound)
    generator = torch.Generator().manual_seed(3)
    weight, features = (torch.randn(1000, 16, generator=generator) for _ in range(2))
    labels = torch.randint(1000, (1000,), generator=generator)
    classifier = Classifier(weight)
    mode = LiveBytes()
    with mode:
        logits = features @ weight.T
        found = classifier.measure(features, labels, logits=logits, margin="true")
    outside = sum(part.nbytes for part in (*found, logits, features, labels))
    assert bound / 2 < mode.peak - outside < bound
