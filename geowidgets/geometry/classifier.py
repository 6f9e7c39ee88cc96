"""All metrics of a batch of feature vectors under one linear classifier."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from geowidgets.geometry import checks
from geowidgets.geometry.angle import (
    SMALLEST,
    class_directions,
    projected_angles,
    unit_rows,
    working_device,
)
from geowidgets.geometry.margin import MARGINS, margins, plane_norms

DIRECTIONS = ("weight", "mean")
WORKING_BYTES = 32 * 2**20


class Geometry(NamedTuple):
    """The metrics of every sample, on the features' device, float32 (float64 for float64).

    A sample whose features or logits are not finite has NaN everywhere and prediction −1.

    Attributes:
        angle: degrees to every class direction, `(sample, class)`, 0..180.
        length: ‖X‖ in feature units, `(sample,)`, ≥ 0.
        margin: distance to the nearest boundary in feature units, `(sample,)`, negative when
            the prediction is wrong, NaN when there is no boundary.
        probability: softmax probability of the true class, `(sample,)`, 0..1.
        prediction: index of the largest logit, the lowest one on ties, `(sample,)`, int64.
    """

    angle: Tensor
    length: Tensor
    margin: Tensor
    probability: Tensor
    prediction: Tensor

    @property
    def counts(self) -> dict[str, int]:
        """Samples out of the ordinary: `nonfinite`, `zero_length` (90°), `no_plane` (NaN)."""
        finite = self.prediction >= 0
        return {
            "nonfinite": int((~finite).sum()),
            "zero_length": int((self.length == 0).sum()),
            "no_plane": int((self.margin.isnan() & finite).sum()),
        }


class Classifier:
    """A linear classifier with everything that depends on its weights alone worked out once.

    Use it for many batches through one head; `measure` is the same for a single call. It works
    in float64: TF32 and autocast do not touch float64 products, so no setting of the caller has
    to be changed, and angles are accurate near 0° and 180°.

    Args:
        weight: W, effective rows `(class, feature)`, torch or numpy. Zero rows have an angle of
            90° to everything and are counted in `zero_rows`.
        bias: b, `(class,)`, or None.
        device: where to compute; default the weight's (the CPU for MPS, which has no float64).

    Raises:
        ValueError: when weight is not a matrix or bias does not fit.

    Example:
        >>> classifier = Classifier([[1.0, 0.0], [0.0, 1.0]])
        >>> classifier.measure([[3.0, 3.0]], [1]).angle
        tensor([[45., 45.]])
    """

    def __init__(
        self, weight: Any, bias: Any = None, *, device: torch.device | str | None = None
    ) -> None:
        weight = checks.as_tensor(weight)
        checks.matrix("weight", weight, "class, feature")
        if len(weight) == 0:
            raise ValueError(f"weight must have at least one row, got {tuple(weight.shape)}")
        self.device = working_device(torch.device(device or weight.device))
        self.rows = weight.to(self.device, torch.float64)
        self.classes, self.width = self.rows.shape
        self.norms = torch.linalg.vector_norm(self.rows, dim=1)
        self.plane_norms = plane_norms(self.rows)
        self._first = _first_equal(self.plane_norms)
        self.bias = None
        if bias is not None:
            bias = checks.as_tensor(bias)
            checks.same_shape("bias", bias, (self.classes,), "class,")
            self.bias = bias.to(self.device, torch.float64)

    def __repr__(self) -> str:
        bias = "no bias" if self.bias is None else "bias"
        return f"Classifier(classes={self.classes}, features={self.width}, {bias})"

    @property
    def zero_rows(self) -> list[int]:
        """Classes whose row W_j is zero: their angle is 90° by convention."""
        return (self.norms == 0).nonzero()[:, 0].tolist()

    @property
    def duplicate_rows(self) -> int:
        """Number of class pairs with identical rows: no plane lies between them."""
        return (int((self.plane_norms == 0).sum()) - self.classes) // 2

    def chunk(self) -> int:
        """Samples measured at a time, so that the work in between fits `WORKING_BYTES`."""
        return max(1, WORKING_BYTES // (8 * (self.width + 8 * self.classes)))

    @torch.no_grad()
    def measure(
        self,
        features: Any,
        labels: Any,
        margin: str = "predicted",
        use_bias: bool = True,
        *,
        logits: Any = None,
        direction: str | Tensor = "weight",
        chunk: int | None = None,
    ) -> Geometry:
        """The metrics of a batch; arguments, result and errors as in `measure`."""
        features = checks.as_tensor(features)
        checks.matrix("features", features, "sample, feature")
        samples = len(features)
        checks.same_shape("features", features, (samples, self.width), "sample, feature")
        checks.one_of("margin", margin, MARGINS)
        if chunk is not None and chunk < 1:
            raise ValueError(f"chunk must be at least 1 sample, got {chunk!r}")
        labels = checks.class_indices(checks.as_tensor(labels), samples, self.classes)
        if logits is not None:
            logits = checks.as_tensor(logits)
            checks.same_shape("logits", logits, (samples, self.classes), "sample, class")
        units = self._units(direction, features, labels)

        def block(rows: slice) -> Geometry:
            given = None if logits is None else logits[rows]
            return self._block(features[rows], labels[rows], margin, use_bias, given, units)

        step = self.chunk() if chunk is None else chunk
        if samples <= step:
            return block(slice(None))
        dtype = checks.result_dtype(features.dtype)
        whole = _empty(samples, self.classes, dtype, features.device)
        for start in range(0, samples, step):
            rows = slice(start, start + step)
            for target, part in zip(whole, block(rows), strict=True):
                target[rows] = part
        return whole

    def _units(self, direction: str | Tensor, features: Tensor, labels: Tensor) -> Tensor | None:
        """Unit class directions `(class, feature)`; None for the weight's own rows."""
        if isinstance(direction, str):
            checks.one_of("direction", direction, DIRECTIONS)
            if direction == "weight":
                return None
            direction = class_directions(features, labels, self.classes)
        rows = checks.as_tensor(direction)
        checks.same_shape("direction", rows, (self.classes, self.width), "class, feature")
        return unit_rows(rows.to(self.device, torch.float64))[0]

    def _block(
        self,
        features: Tensor,
        labels: Tensor,
        margin: str,
        use_bias: bool,
        logits: Tensor | None,
        units: Tensor | None,
    ) -> Geometry:
        """The metrics of one chunk. Largest live set: features and 7 matrices (sample, class)."""
        x = features.to(self.device, torch.float64)
        labels = labels.to(self.device)
        length = torch.linalg.vector_norm(x, dim=1)
        scores = x @ self.rows.T
        if self._first is not None:
            scores = scores[:, self._first]
        projections = scores / self.norms.clamp_min(SMALLEST) if units is None else x @ units.T
        angle = projected_angles(projections, length)

        biased = scores if self.bias is None else scores + self.bias
        said = biased if logits is None else logits.to(self.device, torch.float64)
        prediction = said.argmax(dim=1)
        probability = said.softmax(dim=1).gather(1, labels[:, None])[:, 0]
        distance = margins(
            biased if use_bias else scores, labels, prediction, self.plane_norms, margin
        )

        # softmax spreads one NaN or +inf over its row, and only those (−inf masks a class).
        broken = probability.isnan() | ~length.isfinite()
        dtype = checks.result_dtype(features.dtype)
        return Geometry(
            angle=angle.masked_fill_(broken[:, None], math.nan).to(features.device, dtype),
            length=length.masked_fill_(broken, math.nan).to(features.device, dtype),
            margin=distance.masked_fill_(broken, math.nan).to(features.device, dtype),
            probability=probability.masked_fill_(broken, math.nan).to(features.device, dtype),
            prediction=prediction.masked_fill_(broken, -1).to(features.device),
        )


def _first_equal(norms: Tensor) -> Tensor | None:
    """Lowest class with the same row, for every class; None when all rows differ.

    A matrix product may sum equal columns in different orders, so that what is a tie by
    definition would differ in the last bit: the score of the first such row serves for all.
    """
    equal = norms == 0
    return equal.to(torch.uint8).argmax(dim=0) if int(equal.sum()) > len(norms) else None


def _empty(samples: int, classes: int, dtype: torch.dtype, device: torch.device) -> Geometry:
    def column() -> Tensor:
        return torch.empty(samples, dtype=dtype, device=device)

    return Geometry(
        angle=torch.empty(samples, classes, dtype=dtype, device=device),
        length=column(),
        margin=column(),
        probability=column(),
        prediction=torch.empty(samples, dtype=torch.int64, device=device),
    )


def measure(
    features: Any,
    weight: Any,
    bias: Any,
    labels: Any,
    margin: str = "predicted",
    use_bias: bool = True,
    *,
    logits: Any = None,
    direction: str | Tensor = "weight",
    chunk: int | None = None,
) -> Geometry:
    """Angle, length, margin, probability and prediction of every sample.

    With X the feature vector (the input of the last linear layer), W_j and b_j the classifier's
    rows and biases, y the true and p = argmax_j (W_j·X + b_j) the predicted class:

    * length ‖X‖; angle_j = arccos(W_j·X / (‖W_j‖ ‖X‖)), so that (eq. 1–4, without bias)
      P(y|x) = softmax_y(‖X‖ ‖W_j‖ cos θ_j);
    * margin = min_{j≠p} |(W_p−W_j)·X + b_p−b_j| / ‖W_p−W_j‖, times −1 when p ≠ y (eq. 5).

    Args:
        features: X, `(sample, feature)`, any device, torch or numpy.
        weight: W, effective rows (after masks and scales), `(class, feature)`.
        bias: b, `(class,)`, or None.
        labels: y, `(sample,)`, integers in 0..C−1; on the CPU their check costs a GPU nothing.
        margin: `"predicted"`, `"true"` or `"signed"`, see `margins`.
        use_bias: False measures to the planes (W_p−W_j)·X = 0, as eq. 5 is printed; prediction
            and sign still come from the full logits.
        logits: the head's own output `(sample, class)`: source of prediction and probability;
            default X·Wᵀ + b in float64.
        direction: `"weight"` (W_j, §5.1), `"mean"` (mean feature of the class among these
            samples, Fig. 1) or a `(class, feature)` tensor of directions for `angle`.
        chunk: samples at a time; default so that working memory beside the result stays below
            `WORKING_BYTES` (32 MiB). Once a head about 8 (3 C m + 6 C²) bytes are needed: 100 MB
            for C = 1000, m = 2048, of which 24 MB stay in a `Classifier`.

    Returns:
        `Geometry`. Ties → lowest index; zero features or rows → 90°; planes between identical
        rows left out, NaN when none is left; non-finite samples → NaN and prediction −1.
        `Geometry.counts` and `Classifier.zero_rows` tell how many.

    Raises:
        ValueError: shapes that do not fit, labels out of range, unknown margin or direction.
        TypeError: labels that are not integers.

    Source: Li et al., "Understanding Robustness Lottery", §5.1 eq. 1–4, §5.2 eq. 5.

    Example:
        >>> g = measure([[3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]], None, [1])
        >>> g.length, g.margin, g.prediction
        (tensor([5.]), tensor([0.7071]), tensor([1]))
    """
    features = checks.as_tensor(features)
    classifier = Classifier(weight, bias, device=features.device)
    return classifier.measure(
        features, labels, margin, use_bias, logits=logits, direction=direction, chunk=chunk
    )
