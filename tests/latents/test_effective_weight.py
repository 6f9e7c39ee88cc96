"""The weight that acts: masks, reparametrisations, own methods, own forwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize, prune

from geowidgets.latents import capture, effective_weight, find_head

from .nets import MaskedLinear, images


class Halved(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        return weight / 2


class Scored(nn.Linear):
    """Keeps its mask to itself and applies it in forward."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__(width, classes)
        self.scores = nn.Parameter(torch.randn(classes, width))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight * (self.scores > 0), self.bias)


def pruned(layer: nn.Module) -> nn.Module:
    prune.random_unstructured(layer, "weight", 0.5)
    return prune.random_unstructured(layer, "bias", 0.5)


def parametrized(layer: nn.Module) -> nn.Module:
    parametrize.register_parametrization(layer, "weight", Halved())
    return layer


def older_weight_norm(layer: nn.Module) -> nn.Module:
    with pytest.warns(FutureWarning):
        return nn.utils.weight_norm(layer)


MAKERS: dict[str, Callable[[], nn.Module]] = {
    "plain": lambda: nn.Linear(6, 3),
    "no bias": lambda: nn.Linear(6, 3, bias=False),
    "pruned": lambda: pruned(nn.Linear(6, 3)),
    "parametrized": lambda: parametrized(nn.Linear(6, 3)),
    "weight norm": lambda: parametrizations.weight_norm(nn.Linear(6, 3)),
    "older weight norm": lambda: older_weight_norm(nn.Linear(6, 3)),
    "spectral norm": lambda: parametrizations.spectral_norm(nn.Linear(6, 3)),
    "older spectral norm": lambda: nn.utils.spectral_norm(nn.Linear(6, 3)),
    "own method": lambda: MaskedLinear(6, 3),
    "own forward": lambda: Scored(6, 3),
    "convolution": lambda: nn.Conv2d(6, 3, 1),
    "pruned convolution": lambda: pruned(nn.Conv2d(6, 3, 1)),
}


@pytest.mark.parametrize("name", MAKERS)
def test_weight_and_bias_reproduce_the_layer(name: str) -> None:
    """Catches stored weights reported where masked, scaled or normalised ones act."""
    layer = MAKERS[name]().eval()
    with torch.no_grad():  # as after load_state_dict: derived attributes are stale
        for parameter in layer.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    weight, bias = effective_weight(layer)
    x = torch.randn(5, 6)
    spatial = (1, 1) if isinstance(layer, nn.Conv2d) else ()
    expected = layer(x.reshape(5, 6, *spatial)).flatten(1).detach()
    found = x @ weight.T + (0 if bias is None else bias)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert weight.shape == (3, 6)
    assert not weight.requires_grad


@pytest.mark.parametrize("name", MAKERS)
def test_the_layer_is_left_as_it_was(name: str) -> None:
    """Catches training mode switched off, buffers moved by probing, and weights that alias."""
    layer = MAKERS[name]().train()
    state = {key: value.clone() for key, value in layer.state_dict().items()}
    weight, bias = effective_weight(layer)
    weight.zero_()
    if bias is not None:
        bias.zero_()
    assert layer.training
    assert all(torch.equal(value, state[key]) for key, value in layer.state_dict().items())


def test_a_method_may_return_the_bias_too() -> None:
    """Catches a bias that is scaled together with its weight but reported unscaled."""

    class Scaled(nn.Linear):
        def effective_weight(self):
            return 2 * self.weight, 2 * self.bias

        def forward(self, x):
            return 2 * super().forward(x)

    found = capture(nn.Sequential(nn.Flatten(), Scaled(32, 3)), images())
    assert found.bias is not None
    torch.testing.assert_close(found.logits, found.features @ found.weight.T + found.bias)


def test_heads_report_the_weight_that_acts_now() -> None:
    """Catches a head that remembers its weight from before it was pruned."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(32, 3))
    head = find_head(model, images())
    prune.l1_unstructured(model[1], "weight", 0.5)
    weight, bias = head.effective_weight()
    assert int((weight == 0).sum()) == 48
    assert bias is not None
    assert head.classifier().zero_rows == []


@pytest.mark.parametrize(
    "module", [nn.ReLU(), nn.Conv2d(2, 3, 3), nn.Conv2d(4, 4, 1, groups=2)], ids=str
)
def test_other_layers_are_refused(module: nn.Module) -> None:
    """Catches a 3×3 convolution flattened into something that looks like a weight."""
    with pytest.raises(TypeError, match="expected a Linear, an ungrouped 1×1 Conv2d"):
        effective_weight(module)


@pytest.mark.parametrize("result", [None, torch.zeros(3), torch.zeros(3, 2, 3, 3)])
def test_a_method_that_gives_no_matrix_is_named(result: Tensor | None) -> None:
    """Catches an AttributeError far from the layer that is wrong."""

    class Wrong(nn.Linear):
        def effective_weight(self):
            return result

    with pytest.raises(TypeError, match=r"Wrong\.effective_weight\(\) must return"):
        effective_weight(Wrong(2, 3))
