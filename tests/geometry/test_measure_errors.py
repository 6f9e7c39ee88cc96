"""What `measure` refuses, and that its messages carry the value and what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch

from geowidgets.geometry import Classifier, angles, class_directions, direction_angles, measure


@dataclass
class ExpectFail:
    """Arguments that replace those of a good call, and what the message must say."""

    name: str
    changes: dict[str, Any]
    says: list[str]
    error: type[Exception] = ValueError


FAILURES = [
    ExpectFail("label too large", {"labels": [0, 3, 1]}, ["0..2", "got 3", "sample 1"]),
    ExpectFail("label negative", {"labels": [0, 2, -1]}, ["0..2", "got -1", "sample 2"]),
    ExpectFail("labels short", {"labels": [0, 1]}, ["labels", "(3,)", "(2,)"]),
    ExpectFail("labels one-hot", {"labels": [[0, 1]]}, ["labels", "(3,)", "(1, 2)"]),
    ExpectFail("labels real", {"labels": [0.0, 1.0, 2.0]}, ["integer", "float32"], TypeError),
    ExpectFail("labels bool", {"labels": [True, False, True]}, ["integer", "bool"], TypeError),
    ExpectFail(
        "features one-dimensional",
        {"features": torch.ones(4)},
        ["features", "(sample, feature)", "(4,)"],
    ),
    ExpectFail(
        "features spatial", {"features": torch.ones(3, 4, 1, 1)}, ["features", "(3, 4, 1, 1)"]
    ),
    ExpectFail("features narrow", {"features": torch.ones(3, 2)}, ["(3, 4)", "(3, 2)"]),
    ExpectFail("features of no width", {"features": torch.ones(3, 0)}, ["(3, 0)"]),
    ExpectFail("features complex", {"features": torch.ones(3, 4) * 1j}, ["complex64"], TypeError),
    ExpectFail(
        "weight transposed", {"weight": torch.ones(4, 3), "bias": None}, ["(3, 3)", "(3, 4)"]
    ),
    ExpectFail("weight a vector", {"weight": torch.ones(4)}, ["weight", "(class, feature)"]),
    ExpectFail("weight without rows", {"weight": torch.ones(0, 4)}, ["at least one row"]),
    ExpectFail("bias long", {"bias": torch.ones(4)}, ["bias", "(3,)", "(4,)"]),
    ExpectFail("logits wide", {"logits": [[0.0] * 4] * 3}, ["logits", "(3, 3)", "(3, 4)"]),
    ExpectFail("margin misspelt", {"margin": "predcted"}, ["'predcted'", "mean 'predicted'?"]),
    ExpectFail("direction misspelt", {"direction": "means"}, ["direction", "'means'", "'mean'?"]),
    ExpectFail("direction narrow", {"direction": torch.ones(3, 2)}, ["(3, 4)", "(3, 2)"]),
    ExpectFail("chunk zero", {"chunk": 0}, ["chunk", "at least 1 sample", "0"]),
]


@pytest.mark.parametrize("case", FAILURES, ids=lambda case: case.name)
def test_a_wrong_argument_is_named_with_its_value_and_range(case: ExpectFail) -> None:
    """Catches a message from deep inside torch, or an argument that is silently accepted."""
    good = {
        "features": torch.ones(3, 4),
        "weight": torch.eye(3, 4),
        "bias": torch.zeros(3),
        "labels": [0, 2, 1],
    }
    with pytest.raises(case.error) as caught:
        measure(**{**good, **case.changes})
    assert [text for text in case.says if text not in str(caught.value)] == []


def test_the_good_call_of_the_table_is_good() -> None:
    """Catches a table whose failures all come from a broken base call."""
    assert measure(torch.ones(3, 4), torch.eye(3, 4), torch.zeros(3), [0, 2, 1]).counts


def test_unknown_keywords_raise() -> None:
    """Catches a misspelt option that is dropped."""
    with pytest.raises(TypeError, match="useBias"):
        measure([[1.0]], [[1.0]], None, [0], useBias=False)


def test_directions_of_another_width_are_refused() -> None:
    """Catches broadcasting between vectors that do not belong together."""
    with pytest.raises(ValueError, match=r"directions must have shape .* = \(3, 4\), got \(3, 1\)"):
        angles(torch.ones(2, 4), torch.ones(3, 1))
    with pytest.raises(ValueError, match=r"\(3, 4\), got \(2, 4\)"):
        direction_angles(torch.ones(3, 4), torch.ones(2, 4))
    with pytest.raises(ValueError, match=r"0\.\.1, got 2 at sample 0"):
        class_directions(torch.ones(1, 4), [2], 2)


def test_a_classifier_says_which_part_is_wrong() -> None:
    """Catches a bad bias found only in the first batch of a long run."""
    with pytest.raises(ValueError, match=r"bias must have shape \(class,\) = \(3,\), got \(1,\)"):
        Classifier(torch.ones(3, 4), torch.ones(1))
