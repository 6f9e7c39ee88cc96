"""Maps made on one thread while others run models."""

from __future__ import annotations

import threading

import torch
from torch import nn

from geowidgets.attribution.graph import trace_steps
from geowidgets.latents import find_head


class Waits(nn.Module):
    """A net whose forward pass stops half-way once it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.head = nn.Linear(6, 5), nn.Linear(5, 3)
        self.inside, self.go, self.stops = threading.Event(), threading.Event(), False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x.flatten(1))
        if self.stops:
            self.inside.set()
            assert self.go.wait(60)
        return self.head(x)


def test_a_model_runs_as_ever_while_another_is_traced():
    """A training loop that loses its hooks, or fails, because a grid computes beside it."""
    traced, other = Waits(), nn.Sequential(nn.Flatten(), nn.Linear(6, 4))
    image, seen = torch.rand(1, 1, 2, 3), []
    other[1].register_forward_hook(lambda *_: seen.append(threading.get_ident()))
    expected = other(image)
    head = find_head(traced, image)
    traced.stops = True
    found: list = []
    thread = threading.Thread(target=lambda: found.append(trace_steps(traced, head)))
    thread.start()
    try:
        assert traced.inside.wait(60)
        assert torch.equal(other(image), expected)
    finally:
        traced.go.set()
        thread.join()
    assert len(seen) == 2 and len(found) == 1
    assert [str(step) for step in found[0][1]], "the trace itself went on"
