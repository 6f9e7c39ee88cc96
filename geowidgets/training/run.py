"""One training under way: what happens to a batch, in an epoch, and to its checkpoint."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from geowidgets.training.batches import Images, mix, to_input
from geowidgets.training.files import atomic_save
from geowidgets.training.history import History
from geowidgets.training.masking import enforce, resolve_masks
from geowidgets.training.objective import batch_loss, batch_penalty
from geowidgets.training.outputs import logits_of
from geowidgets.training.schedule import learning_rate_factor


class Run:
    """One training: the model, its optimiser, and what happens to a batch and in an epoch."""

    def __init__(
        self, model, where, settings, masks, transform, penalty, half: bool, layout
    ) -> None:
        self.model, self.where, self.settings = model, where, settings
        self.transform, self.penalty, self.half, self.layout = transform, penalty, half, layout
        self.kept = resolve_masks(model, masks, where)
        self.optimizer = _optimizer(model, settings)

    def epoch(self, epoch: int, batches: Iterable) -> dict[str, float]:
        """Train on every batch once; what to write into the history."""
        started = time.perf_counter()
        _seed_dropout(self.settings["seed"], epoch, self.where)
        self.model.train()
        seen, rate = 0, self.settings["lr"]
        total = torch.zeros((), dtype=torch.float64, device=self.where)
        correct = torch.zeros((), dtype=torch.int64, device=self.where)
        for index, count, (raw, target, weight) in batches:
            rate = self._set_rate(epoch + index / count)
            loss, hits = self._step(raw, target, weight)
            seen += len(target)
            total += loss.double() * len(target)
            correct += hits
        mean = float(total) / max(seen, 1)
        _check_finite(mean, epoch, self.settings["lr"])
        return {
            "epoch": epoch + 1,
            "loss": mean,
            "accuracy": int(correct) / max(seen, 1),
            "learning_rate": rate,
            "seconds": time.perf_counter() - started,
        }

    def _set_rate(self, progress: float) -> float:
        s = self.settings
        factor = learning_rate_factor(
            progress, s["epochs"], s["schedule"], s["milestones"], s["gamma"], s["warmup"]
        )
        for group in self.optimizer.param_groups:
            group["lr"] = s["lr"] * factor
        return s["lr"] * factor

    def _step(self, raw: Images, target: Tensor, weight: Tensor | None) -> tuple[Tensor, Tensor]:
        """One optimiser step; the batch's loss and number of hits, on the device."""
        batch = to_input(raw, self.where, self.transform)
        if self.layout is torch.channels_last:
            batch = batch.contiguous(memory_format=torch.channels_last)
        target = target.to(self.where, non_blocking=True)
        with torch.autocast(self.where.type, torch.bfloat16, enabled=self.half):
            logits = logits_of(self.model(batch))
            loss = batch_loss(logits.float(), target, weight, self.settings["label_smoothing"])
            if self.penalty is not None:
                shown = self.model, batch, target, logits
                loss = loss + batch_penalty(self.penalty, weight, *shown)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self.settings["max_norm"] is not None:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.settings["max_norm"])
        self.optimizer.step()
        enforce(self.kept)
        return loss.detach(), (logits.detach().argmax(1) == target).sum()

    def save(self, path: Path, history: History) -> None:
        """Write the checkpoint of the epochs so far."""
        content = {
            "settings": json.dumps(self.settings, sort_keys=True),
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "history": history.epochs,
        }
        atomic_save(content, path)

    def resume(self, path: Path) -> History:
        """Take up a checkpoint of the same settings."""
        saved = torch.load(path, map_location=self.where, weights_only=True)
        earlier, now = json.loads(saved["settings"]), self.settings
        differing = sorted(k for k in now if earlier.get(k) != now[k])
        if differing:
            listed = ", ".join(f"{k}: {earlier.get(k)} then, {now[k]} now" for k in differing)
            raise ValueError(f"checkpoint {path}: made with other settings ({listed}); delete it")
        self.model.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        return History(saved["history"])


def _seed_dropout(seed: int, epoch: int, device: torch.device) -> None:
    torch.default_generator.manual_seed(mix(seed, epoch))
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(mix(seed, epoch))


def _optimizer(model: nn.Module, settings: Mapping[str, Any]) -> torch.optim.Optimizer:
    trained = [p for p in model.parameters() if p.requires_grad]
    if not trained:
        raise ValueError("model: expected parameters with requires_grad=True, found none")
    lr, decay = settings["lr"], settings["weight_decay"]
    if settings["optimizer"] == "adam":
        return torch.optim.Adam(trained, lr, weight_decay=decay)
    momentum, nesterov = settings["momentum"], settings["nesterov"]
    return torch.optim.SGD(trained, lr, momentum, weight_decay=decay, nesterov=nesterov)


def _check_finite(loss: float, epoch: int, lr: float) -> None:
    if not math.isfinite(loss):
        raise FloatingPointError(
            f"the training loss became {loss} in epoch {epoch + 1} at lr={lr}; lower the rate"
        )
