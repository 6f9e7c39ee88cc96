"""The training graph: which units point the same way, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from geowidgets.redundancy.kernel import Kernel
from geowidgets.redundancy.layers import Source, find_layer, unit_rows, weight_matrix
from geowidgets.training.batches import Images, Transform, as_tensor, to_input

if TYPE_CHECKING:
    import xarray as xr


def cosine_similarity(source: Source, layer: str | nn.Module | None = None) -> np.ndarray:
    """⟨ŵ_i, ŵ_j⟩ of all pairs of units.

    Args:
        source: a matrix `(unit, …)`, a layer, or a model.
        layer: name of the layer in the model.

    Returns:
        float64 `(unit, unit)` in [−1, 1], symmetric, ones on the diagonal; NaN in the row and
        column of a unit of norm 0, which has no direction and is hidden.

    Source: "Sources of redundancy", §3.2, Method.

    Example:
        >>> cosine_similarity(torch.tensor([[2.0, 0.0], [0.0, 3.0], [1.0, 0.0]]))[0].tolist()
        [1.0, 0.0, 1.0]
    """
    weight = weight_matrix(source, layer)
    unit = unit_rows(weight)
    return _correlations((unit @ unit.T).cpu().numpy(), ~(weight != 0).any(dim=1).cpu().numpy())


@torch.no_grad()
def output_similarity(
    model: nn.Module,
    layer: str | nn.Module,
    images: Images,
    *,
    activation: Any = torch.relu,
    transform: Transform | None = None,
    batch_size: int = 256,
) -> np.ndarray:
    """Pearson correlations of the units' outputs, with bias and activation.

    A convolution's outputs at all positions count as so many samples. Sums are kept, no outputs,
    so that the memory is one batch's.

    Args:
        model: the net, run in eval mode on its own device; its mode is restored.
        layer: name of the layer or the layer itself.
        images: uint8 `(sample, y, x, channel)` or float `(sample, channel, y, x)`; a layer given
            as `model` takes whatever it takes.
        activation: applied to the layer's output; None for none.
        transform: applied to float batches, as in training.
        batch_size: samples a pass.

    Returns:
        float64 `(unit, unit)` in [−1, 1]; NaN in the row and column of a unit whose output never
        changes.

    Raises:
        ValueError: an unknown layer, one that did not run, or no images.

    Source: "Sources of redundancy", §3.2, "correlations between the outputs of the units".

    Example:
        >>> output_similarity(net, "fc1", images)                        # doctest: +SKIP
    """
    from geowidgets.latents.weights import evaluating

    target = find_layer(model, layer)
    pixels = as_tensor(images)
    if not len(pixels):
        raise ValueError(f"images: expected at least one, got shape {tuple(pixels.shape)}")
    moments = _Moments(activation)
    handle = target.register_forward_hook(lambda _module, _inputs, out: moments.add(out))
    device = next(model.parameters()).device
    try:
        with evaluating(model):
            for start in range(0, len(pixels), batch_size):
                model(to_input(pixels[start : start + batch_size], device, transform))
    finally:
        handle.remove()
    if moments.count == 0:
        raise ValueError(f"layer: {layer!r} did not run in the model's forward pass")
    return moments.correlations()


class _Moments:
    """Sums over samples of the outputs and of their products, about the first batch's mean."""

    def __init__(self, activation: Any) -> None:
        self.activation, self.count = activation, 0
        self.origin: Any = None
        self.total: Any = None
        self.products: Any = None

    def add(self, output: Any) -> None:
        rows = (output if self.activation is None else self.activation(output)).detach()
        # Linear layers keep their units last, convolutions at 1: (sample, unit, position…).
        rows = (rows if rows.ndim < 3 else rows.movedim(1, -1).flatten(0, -2)).double()
        if self.count == 0:
            # Sums about a point near the mean lose no digits to it.
            self.origin = rows.mean(dim=0)
            self.total = torch.zeros_like(self.origin)
            self.products = self.total.new_zeros(len(self.origin), len(self.origin))
        rows = rows - self.origin
        self.count += len(rows)
        self.total += rows.sum(dim=0)
        self.products += rows.T @ rows

    def correlations(self) -> np.ndarray:
        mean = self.total / self.count
        covariance = (self.products / self.count - mean[:, None] * mean).cpu().numpy()
        variance = covariance.diagonal().copy()
        size = (self.origin.square() + mean.square()).cpu().numpy()
        constant = variance <= 1e-14 * (size + variance.max(initial=0.0) * 1e-6)
        scale = np.sqrt(np.where(constant, 1.0, variance))
        return _correlations(covariance / scale / scale[:, None], constant)


def _correlations(values: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Rounded into [−1, 1] with ones on the diagonal, and NaN where a unit is hidden."""
    values = np.clip((values + values.T) / 2, -1.0, 1.0)
    np.fill_diagonal(values, 1.0)
    values[hidden] = np.nan
    values[:, hidden] = np.nan
    return values


def mean_distance(similarities: Iterable[np.ndarray], kernel: str = "tool") -> float:
    """σ of the published program: the mean d over all epochs and pairs i < j of visible units.

    Args:
        similarities: one `(unit, unit)` matrix an epoch.
        kernel: whose d.

    Raises:
        ValueError: an unknown kernel, or no pair of visible units anywhere.

    Example:
        >>> mean_distance([np.array([[1.0, 0.0], [0.0, 1.0]])])
        0.5
    """
    distance, total, count = Kernel(kernel, 1.0).distance, 0.0, 0
    for similarity in similarities:
        cosines = similarity[np.triu_indices(len(similarity), 1)]
        cosines = cosines[~np.isnan(cosines)]
        total, count = total + float(distance(cosines).sum()), count + len(cosines)
    if count == 0:
        raise ValueError(f"expected at least two visible units, got {count} pairs")
    return total / count


def components(
    similarity: np.ndarray,
    kernel: Kernel,
    cutoffs: Sequence[float] | np.ndarray,
    norms: np.ndarray | None = None,
) -> xr.Dataset:
    """Connected components of the graph whose edges weigh at least the cut-off, for many cut-offs.

    One maximum spanning tree holds every threshold's components, so all of them cost one pass
    over the pairs. Hidden units (NaN) are not nodes.

    Args:
        similarity: `(unit, unit)`, from `cosine_similarity` or `output_similarity`.
        kernel: of the edge weights.
        cutoffs: c, each in (0, 1].
        norms: ‖w_i‖ `(unit,)`, for the norm of the largest component; 1 each by default.

    Returns:
        Dataset over `cutoff`, with coordinate `inner_product`: `components` (how many, single
        units included), `single` (components of one unit), `largest` (units in the largest, the
        first of equals) and `norm` √Σ ‖w_i‖² over it, in weight units.

    Raises:
        ValueError: a cut-off outside of (0, 1], a matrix that is not square, or norms of another
            length.

    Source: "Sources of redundancy", §3.2 (the "main big cluster" of Fig. 3b).

    Example:
        >>> found = components(np.eye(3), Kernel("tool", 0.5), [0.9])
        >>> int(found.components[0]), int(found.largest[0])
        (3, 1)
    """
    import xarray as xr

    _check_square(similarity)
    size = len(similarity)
    norms = np.ones(size) if norms is None else np.asarray(norms, np.float64)
    if norms.shape != (size,):
        raise ValueError(f"norms: expected shape {(size,)}, got {norms.shape}")
    visible = ~np.isnan(similarity.diagonal())
    limits = kernel.cosine(np.asarray(cutoffs, np.float64))
    tree = _maximum_tree(similarity[np.ix_(visible, visible)])
    rows = [_sizes(tree, limit, norms[visible]) for limit in limits]
    columns = np.array(rows, np.float64).reshape(len(rows), 4).T
    names = ("components", "single", "largest")
    return xr.Dataset(
        {name: (("cutoff",), columns[k].astype(np.int64)) for k, name in enumerate(names)}
        | {"norm": (("cutoff",), columns[3], {"unit": "weight units"})},
        coords={
            "cutoff": np.asarray(cutoffs, np.float64),
            "inner_product": ("cutoff", limits),
        },
        attrs={"kernel": kernel.name, "sigma": kernel.sigma, "units": int(visible.sum())},
    )


def component_labels(similarity: np.ndarray, kernel: Kernel, cutoff: float) -> np.ndarray:
    """Which component each unit is in at one cut-off; −1 for hidden units.

    Components are numbered by size, the largest 0; equals by their first unit.

    Returns:
        int64 `(unit,)`.

    Example:
        >>> close = np.array([[1, 0, 0], [0, 1, 0.9], [0, 0.9, 1]])
        >>> component_labels(close, Kernel("tool", 0.5), 0.9).tolist()
        [1, 0, 0]
    """
    _check_square(similarity)
    visible = ~np.isnan(similarity.diagonal())
    tree = _maximum_tree(similarity[np.ix_(visible, visible)])
    found = np.full(len(similarity), -1)
    found[visible] = _labels(tree, float(kernel.cosine(cutoff)))
    return found


def _check_square(similarity: np.ndarray) -> None:
    if similarity.ndim != 2 or similarity.shape[0] != similarity.shape[1]:
        raise ValueError(f"similarity: expected (unit, unit), got shape {similarity.shape}")


def _maximum_tree(similarity: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Ends and cosines of the maximum spanning tree's edges, and the number of units."""
    from scipy.sparse.csgraph import minimum_spanning_tree

    size = len(similarity)
    # Distances from 1 upwards: csgraph takes a 0 for no edge.
    distance = 2.0 - similarity
    np.fill_diagonal(distance, 0)
    tree = minimum_spanning_tree(distance).tocoo()
    return tree.row, tree.col, similarity[tree.row, tree.col], size


def _labels(tree: tuple[np.ndarray, np.ndarray, np.ndarray, int], limit: float) -> np.ndarray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    row, column, cosine, size = tree
    # A weight made of the cosine and turned back may differ from it in its last digits.
    kept = cosine >= limit - 1e-12
    graph = coo_array((np.ones(int(kept.sum())), (row[kept], column[kept])), shape=(size, size))
    labels = connected_components(graph, directed=False)[1]
    _, first, counts = np.unique(labels, return_index=True, return_counts=True)
    rank = np.empty(len(counts), np.int64)
    rank[np.lexsort((first, -counts))] = np.arange(len(counts))
    return rank[labels]


def _sizes(
    tree: tuple[np.ndarray, np.ndarray, np.ndarray, int], limit: float, norms: np.ndarray
) -> tuple[int, int, int, float]:
    if tree[3] == 0:
        return 0, 0, 0, 0.0
    labels = _labels(tree, limit)
    counts = np.bincount(labels)
    norm = float(np.sqrt(np.square(norms[labels == 0]).sum()))
    return len(counts), int((counts == 1).sum()), int(counts[0]), norm
