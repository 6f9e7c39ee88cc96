"""Models that stop where a test wants them to; importable, because workers are other processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn


def wait_for(condition: Callable[[], object], what: str, seconds: float = 240) -> None:
    """Look again and again; a test that waits for what never comes says so."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError(f"waited {seconds} s for {what}")


class Gate(nn.Module):
    """A net that writes its process' number and stops in the middle of a block, once.

    Args:
        net: What it computes.
        folder: `reached` appears there; it goes on when `go` does.
    """

    def __init__(self, net: nn.Module, folder: Path) -> None:
        super().__init__()
        self.net, self.folder = net, str(folder)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        folder = Path(self.folder)
        # Heads are found by four images.
        if len(images) > 4 and not (folder / "go").exists():
            partial = folder / f"{os.getpid()}.partial"
            partial.write_text(str(os.getpid()))
            partial.replace(folder / "reached")
            wait_for((folder / "go").exists, "the gate")
        return self.net(images)


class Deadly(nn.Module):
    """A net that ends its process, as a machine does when memory runs out."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net, self.home = net, os.getpid()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if os.getpid() != self.home:
            os.kill(os.getpid(), 9)
        return self.net(images)


class Failing(nn.Module):
    """A net that raises on whole batches."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if len(images) > 4:
            raise RuntimeError("the sensor is gone")
        return self.net(images)


class Spoilt(nn.Module):
    """A net that gives NaN for the first sample of a batch."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if len(images) > 4:
            images = images.clone()
            images[0] = torch.nan
        return self.net(images)
