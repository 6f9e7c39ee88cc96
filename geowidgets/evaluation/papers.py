"""Figures that papers print, to stand beside measured ones; never to be reached to the digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from geowidgets.suggest import nearest

T = TypeVar("T")

Correlations = tuple[float, float, float]
"""Pearson's r with angle, length (l2) and margin."""

# Li et al., "Understanding Robustness Lottery", Tables 2, 4, 5 and 6.
ROBUSTNESS: dict[str, dict[str, Correlations]] = {
    "MNIST": {"LeNet5": (-0.6902, 0.3516, 0.6359)},
    "CIFAR10": {
        "ResNet18": (-0.8148, 0.3401, 0.7794),
        "VGG16": (-0.8107, 0.5783, 0.8234),
        "AlexNet": (-0.8572, 0.5557, 0.7681),
    },
    "CIFAR100": {
        "VGG16": (-0.7665, -0.0618, 0.6891),
        "ResNet18": (-0.7673, 0.3334, 0.7316),
        "GoogLeNet": (-0.7686, 0.3815, 0.7228),
    },
    "ImageNet": {
        "VGG16": (-0.636, 0.516, 0.685),
        "ResNet18": (-0.715, 0.192, 0.696),
        "ResNet50": (-0.7172, 0.053, 0.6677),
        "ResNet152": (-0.7158, -0.035, 0.7228),
        "DenseNet121": (-0.726, -0.015, 0.6732),
    },
}
# Li et al., Tables 3, 7, 8 and 9.
PRUNING: dict[str, dict[str, Correlations]] = {
    "MNIST": {"LeNet5": (-0.399, 0.238, 0.486)},
    "CIFAR10": {
        "ResNet18": (-0.787, 0.3067, 0.7264),
        "VGG16": (-0.838, 0.395, 0.764),
        "AlexNet": (-0.739, 0.442, 0.642),
    },
    "CIFAR100": {
        "ResNet18": (-0.814, 0.333, 0.822),
        "VGG16": (-0.8731, 0.002, 0.8797),
        "GoogLeNet": (-0.838, 0.3687, 0.836),
    },
    "ImageNet": {
        "VGG16": (-0.6739, 0.3924, 0.6534),
        "VGG19": (-0.6667, 0.3984, 0.6514),
        "ResNet18": (-0.6795, 0.1737, 0.7282),
        "ResNet50": (-0.6933, 0.083, 0.7058),
        "DenseNet121": (-0.6816, 0.0252, 0.7154),
    },
}
CORRELATION_PROTOCOL = (
    "Li et al. do not say which recipe, which margin of a misclassified sample or which layers of "
    "the net their tables use; agreement means equal signs and |angle| ≈ |margin| > |l2|, not "
    "equal digits. Their 'MNIST-C' is read as the 19 corruptions × 5 severities at 28×28."
)

# Liebenwein et al. 2021, "Lost in Pruning", Tables 9 and 10: average prune potential on the train
# and the test distribution, then the minimum on the test distribution, fractions.
POTENTIAL: dict[str, dict[str, dict[str, tuple[float, float, float]]]] = {
    "CIFAR10": {
        "ResNet20": {
            "WT": (0.849, 0.667, 0.0),
            "SiPP": (0.864, 0.704, 0.0),
            "FT": (0.650, 0.553, 0.0),
            "PFP": (0.665, 0.539, 0.0),
        },
        "ResNet56": {
            "WT": (0.946, 0.823, 0.046),
            "SiPP": (0.945, 0.785, 0.0),
            "FT": (0.866, 0.648, 0.0),
            "PFP": (0.881, 0.649, 0.0),
        },
        "ResNet110": {
            "WT": (0.963, 0.779, 0.0),
            "SiPP": (0.965, 0.788, 0.0),
            "FT": (0.881, 0.685, 0.0),
            "PFP": (0.922, 0.716, 0.0),
        },
        "VGG16": {
            "WT": (0.980, 0.809, 0.0),
            "SiPP": (0.980, 0.807, 0.0),
            "FT": (0.854, 0.663, 0.0),
            "PFP": (0.950, 0.779, 0.0),
        },
        "DenseNet22": {
            "WT": (0.798, 0.760, 0.249),
            "SiPP": (0.798, 0.741, 0.215),
            "FT": (0.474, 0.582, 0.096),
            "PFP": (0.518, 0.596, 0.126),
        },
        "WRN16-8": {
            "WT": (0.980, 0.957, 0.900),
            "SiPP": (0.953, 0.941, 0.781),
            "FT": (0.862, 0.757, 0.366),
            "PFP": (0.869, 0.866, 0.667),
        },
    },
    "ImageNet": {
        "ResNet18": {
            "WT": (0.858, 0.636, 0.0),
            "SiPP": (0.816, 0.578, 0.0),
            "FT": (0.137, 0.135, 0.0),
            "PFP": (0.304, 0.225, 0.0),
        },
        "ResNet101": {
            "WT": (0.816, 0.768, 0.0),
            "SiPP": (0.816, 0.707, 0.0),
            "FT": (0.531, 0.335, 0.0),
            "PFP": (0.503, 0.430, 0.0),
        },
    },
}
POTENTIAL_PROTOCOL = (
    "Liebenwein et al. train for 182 to 300 epochs and prune and retrain in cycles with the same "
    "schedule, three repeats, on the published CIFAR-10-C with CIFAR-10.1; shorter training, other "
    "ratios or remade corruptions change the level, so that only the shape is compared."
)
METHOD_NAMES = {"magnitude": "WT", "sipp": "SiPP", "ft": "FT", "pfp": "PFP"}


def of_architecture(table: Mapping[str, Mapping[str, T]], data: str | None, name: str) -> T | None:
    """A paper's entry for a data set and an architecture; None where it prints none.

    Names are compared without case, spaces and punctuation: "LeNet-5" is "LeNet5".

    Raises:
        ValueError: a data set that the paper does not have.

    >>> of_architecture(PRUNING, "MNIST", "lenet-5")
    (-0.399, 0.238, 0.486)
    """
    if data is None:
        return None
    found = {_plain(known): entries for known, entries in table.items()}
    if _plain(data) not in found:
        raise ValueError(f"no paper's figures for {data!r}; {nearest(data, table)}")
    entries = {_plain(known): entry for known, entry in found[_plain(data)].items()}
    return entries.get(_plain(name))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
