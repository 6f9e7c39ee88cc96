"""The two-feature star and the curse of dimensionality; exits with 1 on a missed bar.

    python tests/benchmarks/study_plane.py --mnist mnist.npz [--part star dimension]
        [--nets FOLDER] [--dry]

"Understanding Robustness Lottery", Fig. 1 and Fig. 11. `--mnist` is an .npz with train_x, …. Each
part replaces its section of tests/benchmarks/results/redundancy.md unless --dry.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from geowidgets import datasets, geometry
from geowidgets.redundancy import angles_by_width, random_angles, star_for
from tests.benchmarks.sections import Found, run_parts

RESULTS = Path(__file__).parent / "results" / "redundancy.md"
TITLE = "Sources of redundancy"
TRAINED, TESTED = 12_000, 4_000  # of the star
EPOCHS, WIDE_TRAINED, WIDE_TESTED = 10, 30_000, 10_000  # of the widths
RECIPES = {  # the paper names none; name → settings, and the widths trained with them
    "Adam 2e-3": ({"optimizer": "adam", "lr": 2e-3}, (2, 4, 8, 16, 32, 84, 256)),
    "SGD 0.01": ({"optimizer": "sgd", "lr": 1e-2}, (8, 256, 84, 32)),
}
DIMENSIONS = (2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
WIDTHS = RECIPES["Adam 2e-3"][1]
PAPER_UNTRAINED = (88.8, 6.8)  # mean and std of an untrained LeNet-5, degrees


def star(train: datasets.Samples, test: datasets.Samples, _kept: Path | None) -> Found:
    """Fig. 1: what the loss does to angles and lengths in the plane."""
    train, test = train[:TRAINED], test[:TESTED]
    lines = [
        f"Two features, {TRAINED:,} digits, 8 epochs of Adam 2e-3, measured on {TESTED:,} test "
        f"digits. Spread: std over mean of the lengths.",
        "",
        "| loss | accuracy, % | angle, right / wrong, ° | length, right / wrong | its spread |",
        "|---|---|---|---|---|",
    ]
    found = {}
    for loss in ("cross_entropy", "squared_error", "hinge"):
        made = star_for(
            train.images, train.labels, (test.images, test.labels), loss=loss, epochs=8,
            device="cpu", progress=False,
        )  # fmt: skip
        measured = geometry.measure(
            torch.from_numpy(made.features), torch.from_numpy(made.directions),
            torch.from_numpy(made.bias), torch.from_numpy(made.labels),
        )  # fmt: skip
        angle = measured.angle.numpy()[np.arange(len(made.labels)), made.labels]
        length = measured.length.numpy()
        right = made.predictions == made.labels
        spread = length.std() / length.mean()
        found[loss] = made.accuracy, angle, length, right, spread
        lines.append(
            f"| {loss.replace('_', ' ')} | {100 * made.accuracy:.1f} | "
            f"{np.nanmean(angle[right]):.1f} / {np.nanmean(angle[~right]):.1f} | "
            f"{length[right].mean():.2f} / {length[~right].mean():.2f} | {spread:.2f} |"
        )
    accuracy, angle, length, right, _ = found["cross_entropy"]
    missed = []
    if accuracy < 0.9:
        missed.append(f"cross-entropy reads {100 * accuracy:.1f} % < 90")
    if length[~right].mean() > 0.7 * length[right].mean():
        missed.append("wrong samples do not lie nearer to the origin")
    if np.nanmean(angle[right]) > np.nanmean(angle[~right]):
        missed.append("wrong samples do not lie farther from their class direction")
    return lines, missed


def dimension(train: datasets.Samples, test: datasets.Samples, kept: Path | None) -> Found:
    """Fig. 11: angles of random pairs, and of samples by the width of the last layer."""
    random = random_angles(DIMENSIONS)
    lines = [
        "Angle of 10,000 uniform random pairs:",
        "",
        "| dimension | " + " | ".join(map(str, DIMENSIONS)) + " |",
        "|---" * (len(DIMENSIONS) + 1) + "|",
        "| mean ± std, ° | "
        + " | ".join(f"{r['mean']:.1f} ± {r['std']:.1f}" for _, r in random.iterrows())
        + " |",
        "",
        f"Angle of {len(test.labels):,} test digits to their class direction, LeNet-5 whose last "
        f"feature layer has so many linear units (the paper's plane-filling star of two has no "
        f"ReLU), {len(train.labels):,} digits, {EPOCHS} epochs with a cosine schedule. Paper: "
        f'"well-trained", no recipe; mean rises and std falls with the width; untrained '
        f"{PAPER_UNTRAINED[0]} ± {PAPER_UNTRAINED[1]}. (An earlier run after a ReLU, "
        f"12,000 digits, 3 epochs of Adam: 71.7 ± 6.4 with 8 units, 70.5 ± 4.8 with 256.) The rows "
        f"of SGD, with the same bars, were added after Adam's had missed them.",
        "",
        "| units | " + " | ".join(map(str, WIDTHS)) + " |",
        "|---" * (len(WIDTHS) + 1) + "|",
    ]
    missed = []
    if not (np.diff(random["std"]) < 0).all() or abs(random["mean"].iloc[-1] - 90) > 0.2:
        missed.append("random pairs do not become orthogonal")
    for name in RECIPES:
        table = by_width(train, test, name, kept)
        lines += width_rows(name, table)
        missed += width_bars(name, table)
    return lines, missed


def by_width(train, test, name: str, kept: Path | None) -> pd.DataFrame:
    """A row a width; each is written to the folder `kept` and read from there the next time."""
    settings, widths = RECIPES[name]
    rows = []
    for width in widths:
        file = None if kept is None else kept / f"width-{settings['optimizer']}-{width}.json"
        if file is not None and file.exists():
            rows.append(pd.read_json(file, orient="table", precise_float=True))
            continue
        row = angles_by_width(
            train.images, train.labels, [width], test=(test.images, test.labels), epochs=EPOCHS,
            device="cpu", progress=False, **settings,
        )  # fmt: skip
        print(row.round(3).to_string(header=False), name, flush=True)
        if file is not None:
            row.to_json(file, orient="table", double_precision=15)
        rows.append(row)
    return pd.concat(rows).sort_index()


def width_rows(name: str, table: pd.DataFrame) -> list[str]:
    """Trained, untrained and accuracy, as the rows of a table."""

    def row(label: str, mean: str, std: str) -> str:
        cells = [
            f"{table[mean][width]:.1f} ± {table[std][width]:.1f}" if width in table.index else ""
            for width in WIDTHS
        ]
        return f"| {name}, {label} | " + " | ".join(cells) + " |"

    reached = [f"{100 * table.accuracy[w]:.1f}" if w in table.index else "" for w in WIDTHS]
    return [
        row("trained", "mean", "std"),
        row("untrained", "untrained_mean", "untrained_std"),
        f"| {name}, accuracy, % | " + " | ".join(reached) + " |",
    ]


def width_bars(name: str, table: pd.DataFrame) -> list[str]:
    """The paper's claim: means rise and standard deviations fall with the width.

    From 8 units to 256, and in rank over all widths.
    """
    missed = []
    narrow, wide = table.loc[8], table.loc[256]
    if not (wide["mean"] > narrow["mean"] and wide["std"] < narrow["std"]):
        missed.append(
            f"{name}: {wide['mean']:.1f} ± {wide['std']:.1f} with 256 units, {narrow['mean']:.1f} "
            f"± {narrow['std']:.1f} with 8"
        )
    order = pd.Series(table.index, index=table.index).rank()
    rise, fall = (order.corr(table[column].rank()) for column in ("mean", "std"))
    if rise < 0.75 or fall > -0.75:
        missed.append(f"{name}: rank correlation with the width {rise:.2f}, of the std {fall:.2f}")
    if table.accuracy.loc[8:].min() < 0.97:
        missed.append(f"{name}: accuracy {table.accuracy.loc[8:].min():.3f}")
    if abs(table.untrained_mean.loc[84] - PAPER_UNTRAINED[0]) > 6:
        missed.append(f"{name}, untrained: {table.untrained_mean.loc[84]:.1f}")
    return missed


PARTS = {"star": star, "dimension": dimension}


def main() -> int:
    """Run the parts asked for; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mnist", type=Path, required=True)
    parser.add_argument("--nets", type=Path, help="folder that keeps what each width gave")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    given = parser.parse_args()
    torch.set_num_threads(1)
    train = datasets.load_npz(given.mnist, "train")[:WIDE_TRAINED]
    test = datasets.load_npz(given.mnist, "test")[:WIDE_TESTED]
    return run_parts(
        given.part, lambda part: PARTS[part](train, test, given.nets), RESULTS, TITLE, given.dry
    )


if __name__ == "__main__":
    sys.exit(main())
