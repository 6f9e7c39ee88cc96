"""Steps of a model, each of which says how far a pixel reaches through it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.node import map_arg
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_weights

Pair = tuple[int, int]

POINTWISE_MODULES = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish,
    nn.Sigmoid, nn.Tanh, nn.Softplus, nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid, nn.LogSigmoid,
    nn.Identity, nn.Dropout, nn.Dropout2d,
)  # fmt: skip
RELUS = (torch.relu, functional.relu, "relu", "relu_")
POINTWISE_FUNCTIONS = (
    *RELUS, torch.tanh, torch.sigmoid, functional.relu6, functional.leaky_relu, functional.gelu,
    functional.silu, functional.elu, functional.hardtanh, functional.hardswish, functional.dropout,
    "tanh", "sigmoid", "contiguous",
)  # fmt: skip
SUMS = (operator.add, operator.iadd, torch.add, operator.sub, operator.mul, "add", "add_")


@dataclass(frozen=True)
class Sliding:
    """Geometry of a step whose output at o depends on inputs o·s − p … o·s − p + d (k − 1)."""

    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    pad: float = 0.0

    @property
    def is_pointwise(self) -> bool:
        """Whether an output depends on the input at its own place alone."""
        return (self.kernel, self.stride, self.padding) == ((1, 1), (1, 1), (0, 0))


@dataclass
class Step:
    """One node of the graph.

    Attributes:
        node: Where it stands.
        inputs: The nodes whose values it takes.
        whole: Values of the inputs → its value.
        part: The same on crops that already hold their padding; None = it needs whole maps.
        sliding: Geometry of `part`; None = pointwise, on crops of one and the same place.
    """

    node: fx.Node
    inputs: list[fx.Node]
    whole: Callable[..., Any]
    part: Callable[..., Tensor] | None = None
    sliding: Sliding | None = None


def is_plain_conv(module: nn.Module) -> bool:
    """A zero-padded Conv2d that does what its weight says."""
    return (
        isinstance(module, nn.Conv2d)
        and type(module).forward is nn.Conv2d.forward
        and type(module)._conv_forward is nn.Conv2d._conv_forward
        and module.padding_mode == "zeros"
        and not isinstance(module.padding, str)
        and not module._forward_hooks
    )


def step_of(node: fx.Node, root: nn.Module, norm: nn.BatchNorm2d | None) -> Step:
    """A node of the graph of `root` as a step; `norm` is folded into a convolution."""
    inputs = node.all_input_nodes
    if node.op == "get_attr":
        value: Any = operator.attrgetter(str(node.target))(root)
        return Step(node, [], lambda: value)
    target: Any = node.target
    module = root.get_submodule(str(target)) if node.op == "call_module" else None
    if module is not None and is_plain_conv(module):
        assert isinstance(module, nn.Conv2d)
        return _convolution(node, module, norm)

    def whole(*values: Any) -> Any:
        known = dict(zip(inputs, values, strict=True))
        args: Any = map_arg(node.args, known.__getitem__)
        kwargs = map_arg(node.kwargs, known.__getitem__)
        if module is not None:
            return module(*args, **kwargs)
        if node.op == "call_method":
            return getattr(args[0], target)(*args[1:], **kwargs)
        return target(*args, **kwargs)

    plain = Step(node, inputs, whole)
    if any(before.op == "get_attr" for before in inputs) or (module and module._forward_hooks):
        return plain
    if _is_pointwise(node, module):
        return Step(node, inputs, whole, whole)
    return _pool(node, module, plain) or _subsample(node, plain) or plain


def _is_pointwise(node: fx.Node, module: nn.Module | None) -> bool:
    """Whether the step does the same at every place, and mixes channels at most."""
    target: Any = node.target
    if module is not None:
        norm = type(module) is nn.BatchNorm2d and module.running_mean is not None
        return norm or type(module) in POINTWISE_MODULES
    if target in POINTWISE_FUNCTIONS:
        return len(node.all_input_nodes) == 1
    if target in SUMS:
        return all(isinstance(arg, fx.Node | int | float) for arg in node.args)
    if target in (torch.cat, torch.concat):
        dim = node.args[1] if len(node.args) > 1 else node.kwargs.get("dim", 0)
        return dim in (1, -3)
    if target is functional.pad:
        sides: Any = node.args[1] if len(node.args) > 1 else node.kwargs.get("pad", ())
        known = isinstance(sides, tuple | list) and all(isinstance(side, int) for side in sides)
        return known and len(sides) == 6 and not any(sides[:4])
    return False


def _convolution(node: fx.Node, conv: nn.Conv2d, norm: nn.BatchNorm2d | None) -> Step:
    weight, bias = conv.weight.detach(), conv.bias
    bias = None if bias is None else bias.detach()
    if norm is not None:
        assert norm.running_mean is not None and norm.running_var is not None
        weight, bias = fuse_conv_bn_weights(  # pyright: ignore[reportAssignmentType]
            conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight,
            norm.bias,
        )  # fmt: skip
        weight, bias = weight.detach(), bias.detach()
    weight = weight.contiguous(memory_format=torch.channels_last)
    stride, padding, dilation = (_pair(v) for v in (conv.stride, conv.padding, conv.dilation))

    def apply(maps: Tensor, pad: Pair) -> Tensor:
        return functional.conv2d(maps, weight, bias, stride, pad, dilation, conv.groups)

    return Step(
        node,
        node.all_input_nodes,
        lambda maps: apply(maps, padding),
        lambda maps: apply(maps, (0, 0)),
        Sliding(_pair(conv.kernel_size), stride, padding, dilation),
    )


def _pool(node: fx.Node, module: nn.Module | None, plain: Step) -> Step | None:
    """Maximum pooling, and average pooling that divides by the same number everywhere."""
    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "count_include_pad")
    defaults = {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False}
    defaults["count_include_pad"] = True
    if type(module) in (nn.MaxPool2d, nn.AvgPool2d):
        options = {name: getattr(module, name, defaults.get(name)) for name in names}
        largest = type(module) is nn.MaxPool2d
        divisor = getattr(module, "divisor_override", None)
        indices = getattr(module, "return_indices", False)
    elif node.target in (functional.max_pool2d, functional.avg_pool2d, torch.max_pool2d):
        largest = node.target is not functional.avg_pool2d
        order = names[:5] if largest else ("kernel_size", "stride", "padding", "ceil_mode")
        given = dict(zip(order, node.args[1:], strict=False))
        options = {**defaults, **given, **{k: v for k, v in node.kwargs.items() if k in names}}
        divisor = node.kwargs.get("divisor_override")
        indices = node.kwargs.get("return_indices", False) or len(node.args) > 1 + len(order)
    else:
        return None
    kernel, padding = _pair(options["kernel_size"]), _pair(options["padding"])
    stride, dilation = _pair(options["stride"] or kernel), _pair(options["dilation"])
    if indices or divisor is not None:
        return None
    if largest:
        sliding = Sliding(kernel, stride, padding, dilation, -torch.inf)
        return Step(
            node, plain.inputs, plain.whole,
            lambda maps: functional.max_pool2d(maps, kernel, stride, 0, dilation), sliding,
        )  # fmt: skip
    if options["ceil_mode"] or (any(padding) and not options["count_include_pad"]):
        return None  # divides by fewer pixels at the border
    part = lambda maps: functional.avg_pool2d(maps, kernel, stride)  # noqa: E731
    return Step(node, plain.inputs, plain.whole, part, Sliding(kernel, stride, padding, (1, 1)))


def _subsample(node: fx.Node, plain: Step) -> Step | None:
    """x[:, :, ::s, ::s], the shortcut that skips pixels."""
    if node.target is not operator.getitem or not isinstance(node.args[1], tuple):
        return None
    index = node.args[1]
    whole = slice(None, None, None)
    if len(index) != 4 or index[:2] != (whole, whole):
        return None
    steps = []
    for one in index[2:]:
        if not isinstance(one, slice) or one.start not in (None, 0) or one.stop is not None:
            return None
        steps.append(1 if one.step is None else one.step)
    if not all(isinstance(step, int) and step > 0 for step in steps):
        return None
    down, right = steps
    sliding = Sliding((1, 1), (down, right), (0, 0), (1, 1))
    return Step(node, plain.inputs, plain.whole, lambda maps: maps[:, :, ::down, ::right], sliding)


def _pair(value: Any) -> Pair:
    if isinstance(value, tuple | list):
        return (int(value[0]), int(value[-1]))
    return (int(value), int(value))
