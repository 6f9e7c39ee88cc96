"""Guidelines for pruning, read off measured potentials: advice, not proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.evaluation.distributions import SEVERITY, nominal_benchmarks, shifted_benchmarks
from geowidgets.evaluation.potential_by_distribution import (
    potential_by_distribution,
    potentials_over_sets,
)
from geowidgets.evaluation.prune_accuracy import mean_known

if TYPE_CHECKING:
    import pandas as pd

    from geowidgets.store import GeometryStore

# Ours: the paper gives the rules, no numbers.
NOTHING, CLOSE = 0.05, 0.05
VERDICTS = ("not measured", "don't prune", "prune moderately", "prune fully")
ADVISORY = (
    "Advice from the potentials measured on these benchmarks alone: it says nothing of shifts "
    "that are not among them, and its thresholds are the package's, not the paper's."
)


def guidelines(
    store: GeometryStore,
    delta: float = 0.005,
    *,
    nominal: Sequence[str] | None = None,
    shifted: Sequence[str] | None = None,
    severity: int = SEVERITY,
    other_sets: bool = True,
    leave_out: Sequence[str] = (),
    nothing: float = NOTHING,
    close: float = CLOSE,
) -> pd.DataFrame:
    """How far each family can be pruned, by what is known of the shifts that will come.

    The paper's four rules with the numbers put in, P̄ being the mean over repeats:

    1. Don't prune if unexpected shifts may occur: `minimum` is what is safe on the worst of the
       measured ones.
    2. Prune moderately if the shifts are partly known: up to `average`, better up to the smallest
       potential of the shifts that will come.
    3. Prune fully if all shifts are accounted for in training: up to `nominal`.
    4. Train for the shift: `train_for` are the benchmarks whose potential is more than `close`
       below the nominal one, the worst first.

    The verdict is the strongest of 1 to 3 that the measured shifts allow: "don't prune" where the
    nominal potential or the minimum is at most `nothing`, "prune fully" where the minimum is at
    most `close` below the nominal potential, else "prune moderately".

    Args:
        store: the models and their parents.
        delta: δ of the potential, a fraction.
        nominal: train distribution; the clean images of the first set by default.
        shifted: test distribution; as in `potential_by_distribution`.
        severity: of the corruptions.
        other_sets: False leaves the other sample sets out.
        leave_out: benchmarks that do not count.
        nothing: a potential that is as good as none, fraction of weights.
        close: a difference of potentials that is as good as none, fraction of weights.

    Returns:
        A row a family: `verdict` (of `VERDICTS`), `nominal`, `average`, `minimum` (fractions of
        weights, means over repeats), `repeats`, `worst` (benchmark), `train_for` (names, comma
        between), `text` (the advice in a sentence or two). `.attrs["note"]` says what it is not.

    Raises:
        StoreError: an unknown benchmark, or none at that severity.
        ValueError: δ outside of [0, 1].

    Source: Liebenwein et al. 2021, "Lost in Pruning", §1 "Guidelines" and §7.

    >>> guidelines(store, leave_out=["saturate-3"]).text.tolist()     # doctest: +SKIP
    """
    import pandas as pd

    inside = nominal_benchmarks(store, nominal)
    outside = shifted_benchmarks(
        store, shifted, nominal=inside, severity=severity, other_sets=other_sets,
        leave_out=leave_out,
    )  # fmt: skip
    table = potential_by_distribution(store, delta, nominal=inside, shifted=outside)
    each = potentials_over_sets(store, delta, outside)
    means = mean_known(each.transpose("family", "benchmark", "repeat").values, axis=2)
    rows = []
    for row, family in enumerate(table.family.values.tolist()):
        train, test = table.average_mean.values[row]
        lowest = float(table.minimum_mean.values[row, 1])
        order = np.argsort(means[row], kind="stable")
        weak = [str(each.benchmark.values[k]) for k in order if means[row, k] < train - close]
        verdict = _verdict(train, lowest, nothing, close)
        worst = str(table.worst.values[row])
        rows.append(
            {
                "family": family,
                "verdict": verdict,
                "nominal": float(train),
                "average": float(test),
                "minimum": lowest,
                "repeats": int(table.repeats.values[row, 0]),
                "worst": worst,
                "train_for": ", ".join(weak),
                "text": _text(family, verdict, (train, test, lowest), worst, weak, nothing),
            }
        )
    found = pd.DataFrame(rows)
    found.attrs = {"note": ADVISORY, "delta": delta, "nominal": inside, "shifted": outside}
    return found.set_index("family") if rows else found


def _verdict(nominal: float, minimum: float, nothing: float, close: float) -> str:
    if np.isnan(nominal) or np.isnan(minimum):
        return VERDICTS[0]
    if min(nominal, minimum) <= nothing:
        return VERDICTS[1]
    return VERDICTS[3] if minimum >= nominal - close else VERDICTS[2]


def _text(
    family: str,
    verdict: str,
    potentials: tuple[float, float, float],
    worst: str,
    weak: list[str],
    nothing: float,
) -> str:
    nominal, average, minimum = (f"{100 * value:.0f} %" for value in potentials)
    if verdict == VERDICTS[0]:
        return f"{family}: not measured on all of these benchmarks."
    if verdict == VERDICTS[1] and potentials[0] <= nothing:
        return f"{family}: don't prune; even on the nominal data only {nominal} can go."
    text = {
        VERDICTS[1]: f"don't prune if unexpected shifts may occur: {nominal} can go on the "
        f"nominal data, but only {minimum} on {worst}. Where the shifts are known, prune up to "
        f"the smallest of their potentials; on average it is {average}.",
        VERDICTS[2]: f"prune moderately, up to {minimum} ({worst}) where any of these shifts may "
        f"occur; on average {average} can go, on the nominal data {nominal}.",
        VERDICTS[3]: f"prune fully, up to {minimum}, as far as the shifts are like these: the "
        f"nominal data allow {nominal}, the worst of them ({worst}) no less than {minimum}.",
    }[verdict]
    if weak:
        shown = ", ".join(weak[:3]) + (f" and {len(weak) - 3} more" if len(weak) > 3 else "")
        text += f" Train and retrain with augmentation for {shown}."
    return f"{family}: {text}"
