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
from tests.benchmarks.sections import replace_section

RESULTS = Path(__file__).parent / "results" / "redundancy.md"
TRAINED, TESTED = 12_000, 4_000  # of the star
EPOCHS, WIDE_TRAINED, WIDE_TESTED = 10, 30_000, 10_000  # of the widths
DIMENSIONS = (2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
WIDTHS = (2, 4, 8, 16, 32, 84, 256)
PAPER_UNTRAINED = (88.8, 6.8)  # mean and std of an untrained LeNet-5, degrees
Found = tuple[list[str], list[str]]


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
        f"feature layer has so many units, {len(train.labels):,} digits, {EPOCHS} epochs of Adam "
        f'2e-3 with a cosine schedule (paper: "well-trained", read off no figure; untrained: '
        f"{PAPER_UNTRAINED[0]} ± {PAPER_UNTRAINED[1]}). Linear features, as the plane-filling star "
        f"of the paper's Fig. 1 has, and features after a ReLU:",
        "",
        "| units | " + " | ".join(map(str, WIDTHS)) + " |",
        "|---" * (len(WIDTHS) + 1) + "|",
    ]
    missed = []
    if not (np.diff(random["std"]) < 0).all() or abs(random["mean"].iloc[-1] - 90) > 0.2:
        missed.append("random pairs do not become orthogonal")
    for name, relu in (("linear", False), ("ReLU", True)):
        table = by_width(train, test, relu, kept)
        lines += width_rows(name, table)
        missed += width_bars(name, table)
    return lines, missed


def by_width(train, test, relu: bool, kept: Path | None) -> pd.DataFrame:
    """A row a width; each is written to the folder `kept` and read from there the next time."""
    rows = []
    for width in WIDTHS:
        file = None if kept is None else kept / f"width-{'relu' if relu else 'linear'}-{width}.json"
        if file is not None and file.exists():
            rows.append(pd.read_json(file, orient="table", precise_float=True))
            continue
        row = angles_by_width(
            train.images, train.labels, [width], test=(test.images, test.labels), relu=relu,
            epochs=EPOCHS, device="cpu", progress=False,
        )  # fmt: skip
        print(row.round(3).to_string(header=False), "ReLU" if relu else "linear", flush=True)
        if file is not None:
            row.to_json(file, orient="table", double_precision=15)
        rows.append(row)
    return pd.concat(rows)


def width_rows(name: str, table: pd.DataFrame) -> list[str]:
    """Trained, untrained and accuracy, as the rows of a table."""
    trained = [f"{r['mean']:.1f} ± {r['std']:.1f}" for _, r in table.iterrows()]
    before = [f"{r.untrained_mean:.1f} ± {r.untrained_std:.1f}" for _, r in table.iterrows()]
    reached = [f"{100 * one:.1f}" for one in table.accuracy]
    labels = ("trained", "untrained", "accuracy, %")
    return [
        f"| {name}, {label} | " + " | ".join(cells) + " |"
        for label, cells in zip(labels, (trained, before, reached), strict=True)
    ]


def width_bars(name: str, table: pd.DataFrame) -> list[str]:
    """The paper's claim, for linear features; the untrained figure for both.

    Means rise and standard deviations fall with the width: from 8 units to 256, and in rank over
    all widths.
    """
    missed = []
    if abs(table.untrained_mean.loc[84] - PAPER_UNTRAINED[0]) > 6:
        missed.append(f"{name}, untrained: {table.untrained_mean.loc[84]:.1f}")
    if name != "linear":
        return missed
    narrow, wide = table.loc[8], table.loc[256]
    if not (wide["mean"] > narrow["mean"] and wide["std"] < narrow["std"]):
        missed.append(
            f"256 units: {wide['mean']:.1f} ± {wide['std']:.1f}, 8: {narrow['mean']:.1f} ± "
            f"{narrow['std']:.1f}"
        )
    order = pd.Series(table.index, index=table.index).rank()
    rise, fall = (order.corr(table[column].rank()) for column in ("mean", "std"))
    if rise < 0.75 or fall > -0.75:
        missed.append(f"rank correlation with the width: mean {rise:.2f}, std {fall:.2f}")
    if table.accuracy.loc[8:].min() < 0.97:
        missed.append(f"accuracy {table.accuracy.loc[8:].min():.3f} with 8 units or more")
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
    missed = []
    for part in given.part:
        lines, failures = PARTS[part](train, test, given.nets)
        verdict = "Bar met." if not failures else "**Bar missed**: " + "; ".join(failures)
        text = "\n".join([*lines, "", verdict])
        print(f"## {part}\n\n{text}\n", flush=True)
        if not given.dry:
            replace_section(RESULTS, "Sources of redundancy", part, text)
        missed += failures
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
