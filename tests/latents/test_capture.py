"""Features and logits of one pass, and a model that is left exactly as it was."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from geowidgets.geometry import measure
from geowidgets.latents import ForwardError, HeadError, capture, find_head

from .nets import Lambda, TwoHeads, conv_net, images, net


def hooks(model: nn.Module) -> int:
    return sum(
        len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()
    )


def test_captured_parts_fit_together() -> None:
    """Catches features of another layer, logits after the softmax, rows ≠ columns."""
    model = net(nn.LogSoftmax(dim=1)).eval()
    batch = images(6)
    found = capture(model, batch)
    assert found.features.shape == (6, 7)
    torch.testing.assert_close(found.features, model[1](model[0](batch)))
    torch.testing.assert_close(found.logits, found.features @ found.weight.T + found.bias)
    torch.testing.assert_close(found.logits.log_softmax(dim=1), model(batch))


def test_spatial_features_are_those_that_the_head_sees() -> None:
    """Catches features taken before the pooling, or a (sample, feature, 1, 1) shape."""
    model = conv_net(nn.Flatten())
    found = capture(model, images(5))
    torch.testing.assert_close(found.features, model[:2](images(5)).flatten(1))
    assert found.weight.shape == (3, 6)
    assert found.bias is None
    torch.testing.assert_close(found.logits, model(images(5)))


def test_latents_measure_themselves() -> None:
    """Catches labels, bias or logits passed in the wrong place."""
    found, labels = capture(net(), images(6)), torch.tensor([0, 1, 2, 0, 1, 2])
    expected = measure(
        found.features, found.weight, found.bias, labels, "true", logits=found.logits
    )
    for part, whole in zip(found.measure(labels, margin="true"), expected, strict=True):
        assert torch.equal(part, whole)


def test_the_model_is_left_as_it_was() -> None:
    """Catches a frozen layer switched to training, updated statistics, hooks, random state."""
    model = net(nn.Dropout(0.5)).train()
    model[0][1].eval()
    modes = [module.training for module in model.modules()]
    state = {name: value.clone() for name, value in model.state_dict().items()}
    rng = torch.get_rng_state()
    capture(model, images())
    assert [module.training for module in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), rng)
    assert hooks(model) == 0
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_hooks_and_modes_are_restored_after_an_error() -> None:
    """Catches hooks that survive a model that raises, and eval mode left behind."""

    def fail(x):
        raise KeyError("broken")

    model = net().train()
    model.append(Lambda(fail))
    with pytest.raises(ForwardError, match="KeyError: 'broken'"):
        capture(model, images())
    head = find_head(model[:3], images())
    with pytest.raises(KeyError), head.tap():
        model(images())
    assert hooks(model) == 0
    assert all(module.training for module in model.modules())


def test_a_tap_reads_batch_after_batch() -> None:
    """Catches features of the first batch handed out for the second."""
    model = net().eval()
    head = find_head(model, images())
    with torch.inference_mode(), head.tap() as tap:
        for samples in (3, 5):
            logits = model(images(samples))
            assert torch.equal(tap.logits, logits)
            assert tap.features.shape == (samples, 7)
    assert hooks(model) == 0


def test_a_tap_that_saw_nothing_says_so() -> None:
    """Catches None handed on as features."""
    head = find_head(net(), images())
    with head.tap() as tap, pytest.raises(RuntimeError, match="head '2' has not run"):
        _ = tap.features


def test_what_the_model_overwrites_afterwards_does_not_reach_the_tap() -> None:
    """Catches features and logits that alias buffers which the model reuses."""

    class Overwrites(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(32, 3)

        def forward(self, x):
            features = x.flatten(1) * 1.0
            logits = self.fc(features)
            features.zero_()
            return logits.div_(4.0)

    model = Overwrites().eval()
    found = capture(model, images())
    torch.testing.assert_close(found.features, images().flatten(1))
    torch.testing.assert_close(found.logits, model.fc(images().flatten(1)))
    assert find_head(model, images()).scale == pytest.approx(0.25)


def test_keyword_arguments_to_the_head_are_seen() -> None:
    """Catches a pre-hook that looks at positional arguments only."""

    class Keyword(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(32, 3)

        def forward(self, x):
            return self.fc(input=x.flatten(1))

    torch.testing.assert_close(capture(Keyword(), images()).features, images().flatten(1))


def test_other_image_sizes_that_break_the_head_are_refused() -> None:
    """Catches (sample, feature, 2, 2) maps flattened into 4 times as many features."""
    model = nn.Sequential(nn.AvgPool2d(4), nn.Conv2d(2, 3, 1), nn.Flatten())
    head = find_head(model, images())
    larger = torch.rand(3, 2, 8, 8)
    with pytest.raises(ForwardError, match=r"input of head '1' has shape \(3, 2, 2, 2\)"):
        capture(model, larger, head=head)
    with pytest.raises(HeadError, match="one vector of 2 a sample"), head.tap():
        model(larger)


def test_a_known_head_or_output_is_used() -> None:
    """Catches `head=` and `output=` dropped on the way to the search."""
    model = TwoHeads("tuple")
    expected = capture(model, images(), head="colour")
    for options in ({"output": 1}, {"head": find_head(model, images(), head="colour")}):
        assert torch.equal(capture(model, images(), **options).logits, expected.logits)
    assert not torch.equal(capture(model, images(), output=0).logits, expected.logits)


def test_gradients_flow_through_a_tap() -> None:
    """Catches detached features, which attribution by gradients needs."""
    model, batch = net().eval(), images().requires_grad_()
    head = find_head(model, images())
    with head.tap() as tap:
        model(batch)
    tap.features.square().sum().backward()
    assert batch.grad is not None
    assert batch.grad.abs().sum() > 0
    assert not capture(model, batch).features.requires_grad
