"""What the study of redundant benchmarks found, in tables, and whether it lies in the bands."""

from __future__ import annotations

import numpy as np
import pandas as pd

import geowidgets as gw

# The pairs that "Understanding Robustness Lottery", §7.1 and Fig. 7 calls redundant, with the rank
# among the 190 pairs, within an architecture, that this study must not exceed.
CLAIMED = {
    ("clean", "saturate-3"): 10,
    ("gaussian_blur-3", "zoom_blur-3"): 10,
    ("clean", "brightness-3"): 20,
    ("brightness-3", "saturate-3"): 30,
}
MANTEL = 0.95  # least rank correlation of the claimed pairs
CONTRAST = ("clean", "contrast-3")  # a pair that must not be called redundant: second half
NOISE = "gaussian_noise-3"
# MPT is at least so many times as far from the dense net as other nets are.
MPT_FARTHER = {
    "dense – retrained": 3.0,
    "dense – dense again": 1.5,
    "dense – magnitude, as accurate as MPT": 1.2,
}
KINDS, MPT_APART = ("retrained", "mpt"), 1.3  # the same between the two architectures
ALIVE = 0.3  # clean accuracy below which a net has collapsed


def rank_of(table: pd.DataFrame, pair: tuple[str, str]) -> int:
    """Place of an unordered pair in the ranked table, from 1."""
    both = zip(table.benchmark_a, table.benchmark_b, strict=True)
    return 1 + next(i for i, found in enumerate(both) if set(found) == set(pair))


def by_architecture(store: gw.GeometryStore) -> dict[str, list[str]]:
    """Names of the models of each architecture."""
    found: dict[str, list[str]] = {}
    for model in store.models:
        found.setdefault(model.architecture, []).append(model.name)
    return found


def redundancy(store: gw.GeometryStore, found: gw.Similarity) -> tuple[list[str], list[str]]:
    """The claimed pairs' ranks, the first pairs of the ranking, and the bands missed."""
    lines = [
        "| models | pair | rank of 190 | score | Mantel | cross edges | band |",
        "|---|---|---|---|---|---|---|",
    ]
    missed: list[str] = []
    clean = store.accuracy().sel(benchmark="clean").to_series()
    first = []
    for title, names in {"both": None, **by_architecture(store)}.items():
        table = found.redundancy(names)
        own = np.isin(found.model, [i for i, m in enumerate(store.models) if _in(m.name, names)])
        for pair, band in {**CLAIMED, CONTRAST: 0}.items():
            rank = rank_of(table, pair)
            row = table.iloc[rank - 1]
            groups = [p[own[p]] for p in (found.points(benchmark=b) for b in pair)]
            words = f"≤ {band}" if band else "≥ 96"
            held = rank <= band and row.mantel >= MANTEL if band else rank > len(table) / 2
            lines.append(
                f"| {title} | {_names(pair)} | {rank} | {row.score:.2f} | {row.mantel:.3f} | "
                f"{found.overlap(*groups):.2f} | {words if names else '–'} |"
            )
            if names and not held:
                missed.append(f"{title}, {_names(pair)}: rank {rank}, Mantel {row.mantel:.3f}")
        if names:
            top = table.head(8).itertuples()
            pairs = "; ".join(
                f"{_names((r.benchmark_a, r.benchmark_b))} {r.score:.2f}" for r in top
            )
            first.append(f"* {title}: {pairs}.")
            alive = found.redundancy([m for m in names if clean[m] > ALIVE])
            ranks = ", ".join(f"{_names(p)} {rank_of(alive, p)}" for p in CLAIMED)
            first.append(
                f"  Without the {sum(clean[m] <= ALIVE for m in names)} collapsed nets (clean "
                f"accuracy up to {100 * ALIVE:.0f} %) the claimed pairs' ranks are: {ranks}."
            )
    return [*lines, "", "First in the ranking:", "", *first], missed


def other_scales(store: gw.GeometryStore) -> list[str]:
    """Ranks of the claimed pairs under the other definitions of distance."""
    settings = {
        "ranks of samples": {"scale": "rank"},
        "length per model": {"length": "per_model"},
        "no scaling": {"scale": "none"},
    }
    lines = []
    for title, options in settings.items():
        found = gw.similarity(store, progress=False, **options)
        ranks = [
            "/".join(str(rank_of(found.redundancy(names), p)) for p in CLAIMED)
            for names in by_architecture(store).values()
        ]
        lines.append(f"{title}: {' and '.join(ranks)}")
    nets = " and ".join(by_architecture(store))
    pairs = ", ".join(_names(p) for p in CLAIMED)
    return [f"Ranks under other definitions ({pairs}; {nets}): {'; '.join(lines)}."]


def tickets(store: gw.GeometryStore) -> tuple[list[str], list[str]]:
    """How far MPT lies from everything else on Gaussian noise, beside three controls."""
    found = gw.similarity(store, length="per_model", progress=False)
    clean = store.accuracy().sel(benchmark="clean").to_series()
    groups = _groups(store, clean)

    def apart(a: list[str], b: list[str]) -> float:
        points = [[int(found.points(m, NOISE)[0]) for m in names] for names in (a, b)]
        between = found.between(*points)
        return float(np.median(between[np.not_equal.outer(*points)]))

    rows = {
        "dense – retrained": ("dense", "retrained"),
        "dense – dense again": ("dense", "again"),
        "dense – magnitude, as accurate as MPT": ("dense", "matched"),
        "dense – MPT": ("dense", "mpt"),
        "retrained – MPT": ("retrained", "mpt"),
        "among MPT": ("mpt", "mpt"),
    }
    nets = list(groups)
    lines = [f"| on {NOISE} | {' | '.join(nets)} |", "|---" * (len(nets) + 1) + "|"]
    values = {t: [apart(groups[n][a], groups[n][b]) for n in nets] for t, (a, b) in rows.items()}
    for kind in ("dense", "retrained", "mpt"):
        between = apart(groups[nets[0]][kind], groups[nets[1]][kind])
        values[f"{kind} of one net – {kind} of the other"] = [between, between]
    lines += [f"| {t} | {' | '.join(f'{v:.1f}' for v in own)} |" for t, own in values.items()]
    missed = [
        f"{net}: dense – MPT {far:.1f}, {control} {near:.1f}"
        for control, factor in MPT_FARTHER.items()
        for net, far, near in zip(nets, values["dense – MPT"], values[control], strict=True)
        if far < factor * near
    ]
    same, other = (values[f"{kind} of one net – {kind} of the other"][0] for kind in KINDS)
    if other < MPT_APART * same:
        missed.append(f"between nets: MPT {other:.1f}, retrained {same:.1f}")
    return [*lines, "", *_alignment(store, groups)], missed


def _groups(store: gw.GeometryStore, clean: pd.Series) -> dict[str, dict[str, list[str]]]:
    """Architecture → kind of model → names."""
    found: dict[str, dict[str, list[str]]] = {}
    for model in store.models:
        kind = {"magnitude, retrained": "retrained"}.get(model.method, model.method)
        kind = "again" if model.name.endswith("again") else kind
        found.setdefault(model.architecture, {}).setdefault(kind, []).append(model.name)
    for own in found.values():
        ticket = clean[own["mpt"]].median()
        own["matched"] = [min(own["magnitude"], key=lambda m: abs(clean[m] - ticket))]
    return found


def _alignment(store: gw.GeometryStore, groups: dict[str, dict[str, list[str]]]) -> list[str]:
    """Linear CKA of the same groups, where the store keeps features."""
    words = []
    for net, own in groups.items():
        names = [*own["dense"], *own["again"], *own["retrained"], *own["mpt"]]
        table = gw.model_cka(store, NOISE, models=names).to_pandas().loc[own["dense"][0]]
        medians = [f"{k} {table[own[k]].median():.2f}" for k in ("retrained", "again", "mpt")]
        words.append(f"{net}: {', '.join(medians)}")
    return [f"Linear CKA with the dense net on {NOISE}, medians: {'; '.join(words)}."]


def accuracies(store: gw.GeometryStore) -> list[str]:
    """Clean accuracy of every model, and the mean over the corruptions."""
    table = 100 * store.accuracy().to_pandas()
    shown = {
        m.name: f"{table.loc[m.name, 'clean']:.0f}/{table.loc[m.name].drop('clean').mean():.0f}"
        for m in store.models
    }
    ratios = sorted({m.name.rsplit("-", 1)[1] for m in store.models if m.ratio > 0})
    lines = ["| net | dense | " + " | ".join(f"{r} %" for r in ratios) + " |"]
    lines.append("|---" * (len(ratios) + 2) + "|")
    for net, names in by_architecture(store).items():
        stems = list(dict.fromkeys(n.rsplit("-", 1)[0] for n in names if n[-2:] in ratios))
        for stem in stems:
            cells = [shown[f"{stem}-{r}"] for r in ratios]
            lines.append(f"| {stem} | {shown[f'{net} dense']} | {' | '.join(cells)} |")
    return lines


def _in(name: str, names: list[str] | None) -> bool:
    return names is None or name in names


def _names(pair: tuple[str, str]) -> str:
    return " – ".join(name.removesuffix("-3") for name in pair)
