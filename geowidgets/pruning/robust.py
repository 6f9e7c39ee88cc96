"""Robust (re)training: corrupted images among the training images ("Lost in pruning", §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from geowidgets.pruning.layers import PruningError
from geowidgets.suggest import did_you_mean

CLEAN = "clean"


@dataclass(frozen=True)
class RobustRecipe:
    """What is mixed into training and what is held out for the test.

    Attributes:
        choices: drawn uniformly for every sample and epoch; "clean" leaves it as it is.
        severities: drawn uniformly; 0 is clean.
        constants: which severity constants `corrupt` uses.
        held_out: corruptions never seen in training.
    """

    choices: tuple[str, ...]
    severities: tuple[int, ...]
    constants: str
    held_out: tuple[str, ...]


_EIGHT = (
    "impulse_noise", "shot_noise", "motion_blur", "zoom_blur", "snow", "contrast",
    "elastic_transform", "pixelate",
)  # fmt: skip
_SEVEN = (
    "gaussian_noise", "defocus_blur", "glass_blur", "brightness", "fog", "frost",
    "jpeg_compression",
)  # fmt: skip

ROBUST_RECIPES = {
    "paper": RobustRecipe((CLEAN, *_EIGHT), (3,), "auto", _SEVEN),
    "code": RobustRecipe(
        (*_EIGHT, "gaussian_blur"),
        (0, 1, 2, 3, 4, 5),
        "imagenet",
        (*_SEVEN, "speckle_noise", "spatter", "saturate"),
    ),
}


def robust_augment(
    recipe: str = "paper", *, seed: int = 0, constants: str | None = None
) -> Callable[[Any, np.ndarray, int], Any]:
    """An `augment` for `training.train` that corrupts each sample by chance.

    * "paper" ("Lost in pruning", Table 11): uniform over clean and eight corruptions at
      severity 3.
    * "code" (what the authors' program does): uniform over nine corruptions, gaussian blur
      included, at a severity uniform on 0..5 (0 = clean), with ImageNet's constants.

    What a sample gets depends on (seed, epoch, its number) alone, so that batches of any size
    and resumed runs see the same images.

    Args:
        recipe: "paper" or "code"; `ROBUST_RECIPES` lists what each holds out.
        seed: of the choice and of the corruptions.
        constants: replaces the recipe's.

    Raises:
        PruningError: unknown recipe.
    """
    if recipe not in ROBUST_RECIPES:
        raise PruningError(
            f"recipe: expected one of {', '.join(ROBUST_RECIPES)}, got {recipe!r}"
            f"{did_you_mean(recipe, ROBUST_RECIPES)}"
        )
    chosen = ROBUST_RECIPES[recipe]

    def augment(images: Any, indices: np.ndarray, epoch: int) -> Any:
        from geowidgets.corruptions import corrupt

        result = images.clone() if hasattr(images, "clone") else images.copy()
        names, severities = draws(chosen, seed, epoch, np.asarray(indices))
        for name in set(names) - {CLEAN}:
            for severity in set(severities[names == name]) - {0}:
                rows = np.flatnonzero((names == name) & (severities == severity))
                result[rows] = corrupt(
                    images[rows],
                    str(name),
                    int(severity),
                    int(np.random.SeedSequence((seed, epoch)).generate_state(1)[0]),
                    indices=indices[rows],
                    constants=constants or chosen.constants,
                )
        return result

    return augment


def draws(
    recipe: RobustRecipe, seed: int, epoch: int, indices: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Corruption name and severity `(sample,)` for the samples of these numbers."""
    # Doubles are drawn one after another, so a longer table begins like a shorter one.
    table = np.random.default_rng((seed, epoch)).random((int(indices.max()) + 1, 2))[indices]
    name = np.array(recipe.choices)[(table[:, 0] * len(recipe.choices)).astype(int)]
    severity = np.array(recipe.severities)[(table[:, 1] * len(recipe.severities)).astype(int)]
    return name, severity
