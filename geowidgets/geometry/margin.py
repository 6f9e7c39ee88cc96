"""Distances from feature vectors to the boundaries between classes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from geowidgets.geometry import checks

MARGINS = ("predicted", "true", "signed")
# Below this share of ‖W_i‖² + ‖W_j‖² the Gram matrix has lost more than 1e-9 of ‖W_i − W_j‖.
NEAR = 1e-6
PAIR_BYTES = 16 * 2**20


def plane_norms(weight: Tensor) -> Tensor:
    """‖W_i − W_j‖ for all pairs of rows, `(class, class)`, float64, exact zeros for equal rows.

    From the Gram matrix of the centred distinct rows, ‖W_i‖² + ‖W_j‖² − 2 W_i·W_j; pairs too
    close for that are subtracted directly. Memory beside the result: about 2 C m + 5 C² float64
    numbers and `PAIR_BYTES`.

    Args:
        weight: W, `(class, feature)`, any floating type.

    Example:
        >>> plane_norms(torch.tensor([[3.0, 0.0], [0.0, 4.0], [3.0, 0.0]]))
        tensor([[0., 5., 0.],
                [5., 0., 5.],
                [0., 5., 0.]], dtype=torch.float64)
    """
    rows, inverse = torch.unique(weight.to(torch.float64), dim=0, return_inverse=True)
    centred = rows - rows.mean(dim=0)
    gram = centred @ centred.T
    squares = gram.diagonal()
    scale = squares[:, None] + squares
    squared = (scale - 2.0 * gram).clamp_min_(0.0)
    norms = squared.sqrt()
    _subtract_near_pairs(norms, rows, torch.triu(squared < NEAR * scale, diagonal=1))
    norms.fill_diagonal_(0.0)
    return norms[inverse][:, inverse]


def _subtract_near_pairs(norms: Tensor, rows: Tensor, near: Tensor) -> None:
    """Write ‖W_i − W_j‖ from the difference itself where `near` is true, both triangles."""
    left, right = near.nonzero(as_tuple=True)
    step = max(1, PAIR_BYTES // (3 * 8 * rows.shape[1]))
    for i, j in zip(left.split(step), right.split(step), strict=True):
        exact = torch.linalg.vector_norm(rows[i] - rows[j], dim=1)
        norms[i, j] = exact
        norms[j, i] = exact


def margins(
    scores: Tensor, labels: Tensor, prediction: Tensor, norms: Tensor, reading: str = "predicted"
) -> Tensor:
    """Distance of every sample to the nearest boundary plane, signed by correctness.

    With s_j = W_j·X (+ b_j), p the predicted and y the true class:

    * `"predicted"`: min_{j≠p} |s_p − s_j| / ‖W_p − W_j‖, times −1 when p ≠ y. The paper's
      eq. 5, with the region that X lies in.
    * `"true"`: the same minimum over the planes of class y, times −1 when p ≠ y.
    * `"signed"`: min_{j≠y} (s_y − s_j) / ‖W_y − W_j‖.

    The three agree when p = y and the scores contain the bias.

    Args:
        scores: s, `(sample, class)`, float64.
        labels: y, `(sample,)`, int64.
        prediction: p, `(sample,)`, int64.
        norms: ‖W_i − W_j‖, `(class, class)`, from `plane_norms`.
        reading: one of `MARGINS`.

    Returns:
        Feature units, `(sample,)`, float64. Planes between identical rows do not count; NaN
        where no plane is left.

    Source: Li et al., "Understanding Robustness Lottery", §5.2, eq. 5.

    Example:
        >>> norms = plane_norms(torch.eye(2))
        >>> s, y, p = torch.tensor([[3.0, 1.0]]).double(), torch.tensor([1]), torch.tensor([0])
        >>> margins(s, y, p, norms)
        tensor([-1.4142], dtype=torch.float64)
    """
    checks.one_of("margin", reading, MARGINS)
    home = prediction if reading == "predicted" else labels
    gaps = scores.gather(1, home[:, None]) - scores
    if reading != "signed":
        gaps.abs_()
    # A plane that does not exist has norm 0: its quotient is NaN or infinite, never a minimum.
    gaps.div_(norms[home]).nan_to_num_(nan=math.inf, posinf=math.inf, neginf=math.inf)
    nearest = gaps.amin(dim=1)
    nearest.masked_fill_(nearest == math.inf, math.nan)
    if reading == "signed":
        return nearest
    return torch.where(prediction == labels, nearest, -nearest)
