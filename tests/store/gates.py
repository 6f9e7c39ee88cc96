"""Models that stop where a test wants them to; importable, because workers are other processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from geowidgets.zoo import lenet5


def wait_for(condition: Callable[[], object], what: str, seconds: float = 240) -> None:
    """Look again and again; a test that waits for what never comes says so."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError(f"waited {seconds} s for {what}")


class Beside:
    """`with Beside(job):` runs a job in a thread; its failure is the block's."""

    def __init__(self, job) -> None:
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(job,))

    def _run(self, job) -> None:
        try:
            job()
        except BaseException as error:
            self._error = error

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        if self._error is not None:
            raise self._error


class Around(nn.Module):
    """A net to whose whole batches something happens; heads are found by four images."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.net(self.meet(images) if len(images) > 4 else images)

    def meet(self, images: torch.Tensor) -> torch.Tensor:
        """What happens to a batch before the net sees it."""
        raise NotImplementedError


class Gate(Around):
    """A net that writes its process' number and stops in the middle of a block, once.

    Args:
        net: What it computes.
        folder: `reached` appears there; it goes on when `go` does.
    """

    def __init__(self, net: nn.Module, folder: Path) -> None:
        super().__init__(net)
        self.folder = str(folder)

    def meet(self, images: torch.Tensor) -> torch.Tensor:
        """Waits."""
        folder = Path(self.folder)
        if not (folder / "go").exists():
            partial = folder / f"{os.getpid()}.partial"
            partial.write_text(str(os.getpid()))
            partial.replace(folder / "reached")
            wait_for((folder / "go").exists, "the gate")
        return images


class Deadly(Around):
    """A net that ends its process, as a machine does when memory runs out."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__(net)
        self.home = os.getpid()

    def meet(self, images: torch.Tensor) -> torch.Tensor:
        """Ends a worker's process, never the test's."""
        if os.getpid() != self.home:
            os.kill(os.getpid(), 9)
        return images


class Failing(Around):
    """A net that raises."""

    def meet(self, images: torch.Tensor) -> torch.Tensor:
        """Raises."""
        raise RuntimeError("the sensor is gone")


class Spoilt(Around):
    """A net that gives NaN for the first sample of a batch."""

    def meet(self, images: torch.Tensor) -> torch.Tensor:
        """A copy whose first sample is not a number."""
        images = images.clone()
        images[0] = torch.nan
        return images


class Unreachable:
    """Builds a net; on a worker its weights are nowhere to be had."""

    def __init__(self) -> None:
        self.home = os.getpid()

    def __call__(self) -> nn.Module:
        if os.getpid() != self.home:
            raise TimeoutError("the disk is far")
        return lenet5(in_channels=1)
