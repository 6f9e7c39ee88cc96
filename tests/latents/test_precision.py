"""Whole float32 while something is measured, and what was asked for afterwards."""

from contextlib import ExitStack

import pytest
import torch

from geowidgets.latents.precision import full_precision


@pytest.fixture
def reduced():
    """A notebook that asked for short cuts."""
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("medium")
    torch.backends.cudnn.allow_tf32 = True
    yield
    torch.set_float32_matmul_precision(before[0])
    torch.backends.cudnn.allow_tf32 = before[1]


def test_the_last_of_two_that_overlap_puts_back_what_was_asked_for(reduced):
    """A thread that leaves while another measures: TF32 in the other's half, or off for ever."""
    first, second = ExitStack(), ExitStack()
    first.enter_context(full_precision())
    second.enter_context(full_precision())
    first.close()
    assert torch.get_float32_matmul_precision() == "highest"
    assert not torch.backends.cudnn.allow_tf32
    second.close()
    assert torch.get_float32_matmul_precision() == "medium"
    assert torch.backends.cudnn.allow_tf32


def test_an_error_puts_it_back_too(reduced):
    """A model that fails, after which training is slower for the rest of the day."""
    with pytest.raises(RuntimeError, match="gone"), full_precision():
        raise RuntimeError("the sensor is gone")
    assert torch.get_float32_matmul_precision() == "medium"
