"""A model as a list of steps up to its classifier head."""

from __future__ import annotations

import operator
import threading
from typing import Any

import torch
from torch import Tensor, fx, nn

from geowidgets.attribution.steps import RELUS, SUMS, Step, is_plain_conv, step_of
from geowidgets.latents import Head

# torch.fx patches the call of every module in the process while it traces: two traces at a time
# would undo each other's patch in the wrong order and leave one behind.
_TRACING = threading.Lock()


class UntraceableError(ValueError):
    """The model cannot be taken apart; the message says why."""


class _Tracer(fx.Tracer):
    """Keeps the head in one piece, whatever it is made of."""

    def __init__(self, head: nn.Module) -> None:
        super().__init__()
        self._head = head
        self._thread = threading.get_ident()

    def call_module(self, m: nn.Module, forward: Any, args: Any, kwargs: Any) -> Any:
        """As torch.fx does, but models that other threads run meanwhile run as ever."""
        if threading.get_ident() != self._thread:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return m is self._head or super().is_leaf_module(m, module_qualified_name)


def trace_steps(module: nn.Module, head: Head) -> tuple[fx.Node, list[Step], fx.Node]:
    """The input's node, the steps up to the head in order, and the node of the features.

    Batch normalisation behind a convolution is folded into it: the same function up to rounding.

    Raises:
        UntraceableError: the model's code depends on its input's values, does several things at
            once to one tensor, or has hooks.
    """
    try:
        with _TRACING:
            graph = _Tracer(head.module).trace(module)
    except Exception as error:
        raise UntraceableError(f"torch.fx cannot trace it: {error}") from error
    places = [n for n in graph.nodes if n.op == "call_module" and n.target == head.name]
    inputs = [n for n in graph.nodes if n.op == "placeholder"]
    if len(places) != 1 or not places[0].args or not inputs:
        raise UntraceableError(f"the head {head.name!r} is not one step of the traced graph")
    features = places[0].args[0]
    if not isinstance(features, fx.Node):
        raise UntraceableError("the head does not take one tensor")
    needed = _ancestors(features)
    nodes = [node for node in graph.nodes if node in needed]
    if any(node.op == "placeholder" and node is not inputs[0] for node in nodes):
        raise UntraceableError("the model takes several inputs")
    _check_in_place(nodes, module)
    return inputs[0], _steps(nodes, module), features


def _ancestors(node: fx.Node) -> set[fx.Node]:
    found, waiting = {node}, [node]
    while waiting:
        for before in waiting.pop().all_input_nodes:
            if before not in found:
                found.add(before)
                waiting.append(before)
    return found


def _check_in_place(nodes: list[fx.Node], root: nn.Module) -> None:
    """A value that is changed in place may have no other reader: it would see either state."""
    for node in nodes:
        target = root.get_submodule(str(node.target)) if node.op == "call_module" else node.target
        inplace = getattr(target, "inplace", False) or node.kwargs.get("inplace", False)
        name = target if isinstance(target, str) else getattr(target, "__name__", "")
        inplace = inplace or name.endswith("_") or name in ("iadd", "isub", "imul")
        if inplace and node.all_input_nodes and len(node.all_input_nodes[0].users) > 1:
            raise UntraceableError(f"step {node.name!r} changes a tensor that others read")


def _steps(nodes: list[fx.Node], root: nn.Module) -> list[Step]:
    folded: dict[fx.Node, nn.BatchNorm2d] = {}
    steps: list[Step] = []
    alias: dict[fx.Node, fx.Node] = {}
    for node in nodes:
        norm = _only_norm(node, root)
        if norm is not None:
            folded[node] = norm[1]
            alias[norm[0]] = node
    fresh: set[fx.Node] = set()
    for node in nodes:
        if node.op == "placeholder":
            continue
        if node in alias:
            step = Step(node, [alias[node]], lambda x: x, lambda x: x)
        else:
            step = step_of(node, root, folded.get(node))
        if step.inputs and step.inputs[0] in fresh and len(step.inputs[0].users) == 1:
            _work_in_place(step, root)
        # A slice is a view of something else, whatever it slides over.
        slides = step.sliding is not None and node.target is not operator.getitem
        if node in alias or slides or node.target in SUMS:
            fresh.add(node)
        steps.append(step)
    return steps


def _work_in_place(step: Step, root: nn.Module) -> None:
    """Sums and ReLUs may overwrite what a convolution or sum has made for them alone."""
    target: Any = step.node.target
    module = root.get_submodule(target) if step.node.op == "call_module" else None
    if target in RELUS or type(module) is nn.ReLU:
        step.whole = step.part = torch.relu_
    elif target in SUMS[:2] and len(step.inputs) == 2:

        def add(first: Tensor, second: Tensor) -> Tensor:
            return first.add_(second) if first.shape == second.shape else first + second

        step.whole = step.part = add


def _only_norm(node: fx.Node, root: nn.Module) -> tuple[fx.Node, nn.BatchNorm2d] | None:
    """The batch normalisation that alone reads a convolution's output."""
    if node.op != "call_module" or not is_plain_conv(root.get_submodule(str(node.target))):
        return None
    users = list(node.users)
    if len(users) != 1 or users[0].op != "call_module":
        return None
    norm = root.get_submodule(str(users[0].target))
    if not isinstance(norm, nn.BatchNorm2d) or type(norm) is not nn.BatchNorm2d:
        return None
    return None if norm.running_mean is None or norm._forward_hooks else (users[0], norm)
