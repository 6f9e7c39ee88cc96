"""Eckart–Young projections of a layer: what a rank k keeps, and what it costs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from geowidgets.redundancy.decomposition import singular_values, thin_svd
from geowidgets.redundancy.layers import Source, check_rank, find_layer, weight_matrix

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def low_rank(source: Source, rank: int, layer: str | nn.Module | None = None) -> Tensor:
    """W_k = Σ_{i ≤ k} σ_i u_i v_iᵀ: the matrix of rank k that is nearest to W.

    No matrix of rank k is nearer, neither in the Frobenius norm, ‖W − W_k‖_F = √Σ_{i>k} σ_i², nor
    in the spectral norm, ‖W − W_k‖₂ = σ_{k+1}. Projecting Wᵀ gives the same.

    Args:
        source: a matrix `(unit, …)`, a layer, or a model.
        rank: k, in 1..min(m, n).
        layer: name of the layer in the model.

    Returns:
        float64 `(unit, input)`.

    Raises:
        ValueError: a rank out of range, an unknown layer, or weights that are not finite.

    Source: Eckart and Young 1936; "Sources of redundancy", §3.3, Orthogonal projections.

    Example:
        >>> low_rank(torch.tensor([[3.0, 0.0], [0.0, 2.0]]), 1).tolist()
        [[3.0, 0.0], [0.0, 0.0]]
    """
    weight = weight_matrix(source, layer)
    check_rank(rank, min(weight.shape))
    u, s, vt = thin_svd(weight)
    return (u[:, :rank] * s[:rank]) @ vt[:rank]


def project(model: nn.Module, layer: str, rank: int) -> nn.Module:
    """A copy of `model` whose layer has W_k for W; its bias is kept, the model is left as it was.

    Args:
        model: the net.
        layer: name of the layer.
        rank: k, in 1..min(m, n).

    Raises:
        ValueError: a rank out of range or an unknown layer.
        TypeError: a layer whose weight is no plain parameter.

    Example:
        >>> from geowidgets import zoo
        >>> net = project(zoo.lenet300_100(in_channels=1, size=28), "fc1", 10)
        >>> int(torch.linalg.matrix_rank(net.fc1.weight))
        10
    """
    original = find_layer(model, layer)
    if "weight" not in original._parameters:
        raise TypeError(
            f"layer {layer!r}: expected a weight that is a plain parameter, got a masked or "
            f"reparametrised one of {type(original).__name__}; make it permanent first"
        )
    nearest = low_rank(original, rank)
    projected = copy.deepcopy(model)
    target: Any = find_layer(projected, layer)
    with torch.no_grad():
        target.weight.copy_(nearest.reshape(target.weight.shape))
    return projected


def residual_curve(source: Source, layer: str | nn.Module | None = None) -> xr.Dataset:
    """What the projections to every rank leave out: residuals, kept norm, and the elbow.

    Args:
        source: a matrix `(unit, …)`, a layer, or a model.
        layer: name of the layer in the model.

    Returns:
        Dataset over `rank` k = 0..min(m, n) (0: nothing kept), in weight units:
        `residual` ‖W − W_k‖_F, `spectral` ‖W − W_k‖₂ = σ_{k+1}, and `kept`, the percentage
        100·‖W_k‖_F/‖W‖_F (NaN for W = 0). Attribute `elbow`, see `elbow`.

    Source: "Sources of redundancy", §3.3 and Fig. 8.

    Example:
        >>> curve = residual_curve(torch.diag(torch.tensor([3.0, 4.0, 0.0])))
        >>> curve.residual.values.tolist(), curve.kept.sel(rank=1).item(), curve.attrs["elbow"]
        ([5.0, 3.0, 0.0, 0.0], 80.0, 2)
    """
    import xarray as xr

    values = singular_values(weight_matrix(source, layer)).cpu().numpy()
    energy = np.append(np.cumsum((values**2)[::-1])[::-1], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = 100 * np.sqrt(np.clip(1 - energy / energy[0], 0, 1))
    return xr.Dataset(
        {
            "residual": (("rank",), np.sqrt(energy), {"unit": "weight units"}),
            "spectral": (("rank",), np.append(values, 0.0), {"unit": "weight units"}),
            "kept": (("rank",), kept, {"unit": "percent of the Frobenius norm"}),
        },
        coords={"rank": np.arange(len(energy))},
        attrs={"elbow": elbow(np.sqrt(energy))},
    )


def elbow(residual: np.ndarray) -> int:
    """The rank at which the squared residual lies furthest below its chord.

    The curve E(k) = ‖W − W_k‖²_F falls from ‖W‖²_F to 0 and is convex, because σ_1² ≥ σ_2² ≥ …;
    its elbow is the k of the largest distance to the straight line between its ends. That is the
    number of σ_i² above their mean: the directions that training has made, where they weigh enough
    to lift the mean above the bulk; before training it lies in the bulk's middle and says nothing
    (`Spectrum.outliers` counts against the random edge instead). The residual itself, a square
    root, is not convex and has no such point.

    Args:
        residual: ‖W − W_k‖_F for k = 0, 1, …, `(rank,)`.

    Returns:
        k; 0 when the curve is straight, as for orthogonal rows of equal norm.

    Source: the elbow method of "Sources of redundancy", §3.3, which leaves its rule open; the
    distance to the chord is that of Satopää et al. 2011, "Finding a 'kneedle' in a haystack".

    Example:
        >>> elbow(np.sqrt([102.0, 52.0, 2.0, 1.0, 0.0]))
        2
    """
    squared = np.asarray(residual, np.float64) ** 2
    if squared.ndim != 1 or len(squared) < 2:
        raise ValueError(f"expected residuals of 2 ranks or more, got shape {squared.shape}")
    chord = np.linspace(squared[0], squared[-1], len(squared))
    below = chord - squared
    # Rounding must not choose between ranks that lie equally far below the chord.
    return int(np.argmax(below >= below.max() - 1e-12 * squared[0]))


def accuracy_lost(
    model: nn.Module, layer: str, ranks: Iterable[int], evaluate: Callable[[nn.Module], float]
) -> pd.DataFrame:
    """The table of Fig. 8: kept norm and a − a_proj for every rank.

    Args:
        model: the net; left as it was.
        layer: name of the layer that is projected; its bias is kept.
        ranks: values of k.
        evaluate: such as the test accuracy, a fraction in [0, 1]; called once on the model and
            once on every projection.

    Returns:
        A row a rank, with columns `kept` (percent of ‖W‖_F), `accuracy` (of the projection,
        fraction) and `lost` (a − a_proj, fraction; times 100 it is the paper's points).

    Source: "Sources of redundancy", §3.3, Fig. 8.

    Example:
        >>> accuracy_lost(net, "fc1", [5, 10, 20], lambda m: accuracy(m, x, y))  # doctest: +SKIP
    """
    import pandas as pd

    kept = residual_curve(model, layer).kept.values
    whole = float(evaluate(model))
    rows = []
    for rank in ranks:
        value = float(evaluate(project(model, layer, rank)))
        rows.append({"rank": rank, "kept": kept[rank], "accuracy": value, "lost": whole - value})
    return pd.DataFrame(rows, columns=["rank", "kept", "accuracy", "lost"]).set_index("rank")
