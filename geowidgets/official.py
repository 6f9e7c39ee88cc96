"""Loaders of the published files: CIFAR-10-C and CIFAR-100-C, MNIST-C, ImageNet-C, CIFAR-10.1.

Nothing is downloaded: every function takes the folder that the published archive was unpacked
into. Arrays are memory-mapped, pictures are decoded when asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from geowidgets.corruptions.registry import CORRUPTIONS, find
from geowidgets.suggest import closest

_MNIST_C = {
    "identity": "clean",
    "shot_noise": "noise",
    "impulse_noise": "noise",
    "glass_blur": "blur",
    "motion_blur": "blur",
    "brightness": "weather",
    "fog": "weather",
    "spatter": "weather",
    "canny_edges": "digital",
    "shear": "geometric",
    "scale": "geometric",
    "rotate": "geometric",
    "translate": "geometric",
    "stripe": "drawn",
    "dotted_line": "drawn",
    "zigzag": "drawn",
}
_CIFAR_10_1 = {"v4": 2021, "v6": 2000}


@dataclass(frozen=True)
class OfficialSet:
    """One published benchmark.

    Attributes:
        name: of the collection and the cell, e.g. "CIFAR-10-C/fog/3".
        corruption: as in `CORRUPTIONS` where it is one of these, "" for clean images.
        severity: 1 to 5 (1 where there is only one), 0 for clean images.
        family: "noise", "blur", "weather", "digital", for MNIST-C also "geometric" and "drawn",
            "clean" for clean images.
        images: uint8 (sample, y, x, channel), memory-mapped, or `Pictures` that read themselves.
        labels: int64 (sample,).
        classes: names of the classes where the folders tell them, else empty.
    """

    name: str
    corruption: str
    severity: int
    family: str
    images: np.ndarray | Pictures
    labels: np.ndarray
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pictures:
    """Picture files that read like an array uint8 (sample, y, x, 3).

    An integer gives one picture, a slice or an array of integers a batch.
    """

    paths: tuple[Path, ...]
    side: int = 224

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Axes (sample, y, x, channel)."""
        return (len(self.paths), self.side, self.side, 3)

    @property
    def dtype(self) -> np.dtype:
        """Always uint8."""
        return np.dtype(np.uint8)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int | slice | Sequence[int] | np.ndarray) -> np.ndarray:
        chosen = np.arange(len(self.paths))[index]
        if chosen.ndim == 0:
            return self._read(int(chosen))
        batch = np.empty((len(chosen), *self.shape[1:]), np.uint8)
        for row, number in enumerate(chosen):
            batch[row] = self._read(int(number))
        return batch

    def _read(self, number: int) -> np.ndarray:
        picture = cv2.imread(str(self.paths[number]), cv2.IMREAD_COLOR)
        expected = self.shape[1:]
        if picture is None or picture.shape != expected:
            found = "an unreadable file" if picture is None else f"shape {picture.shape}"
            raise ValueError(f"{self.paths[number]} is {found}, expected a picture of {expected}")
        return picture[..., ::-1]


def cifar_c(
    folder: str | Path, corruption: str, severity: int, *, block: int = 10_000
) -> OfficialSet:
    """One cell of CIFAR-10-C or CIFAR-100-C.

    Args:
        folder: holds `<corruption>.npy`, uint8 (5·block, 32, 32, 3), five blocks by severity, and
            `labels.npy`.
        corruption: one of `CORRUPTIONS`.
        severity: 1 to 5.
        block: number of images of one severity.

    Returns:
        An `OfficialSet` whose images are memory-mapped.

    Raises:
        ValueError: unknown corruption or severity, or a file of another shape, dtype or length.
        FileNotFoundError: a file that is missing.

    Source: Hendrycks and Dietterich, ICLR 2019; the files' own readme.

    Example:
        >>> cifar_c("/no/CIFAR-10-C", "fog", 3)
        Traceback (most recent call last):
        FileNotFoundError: /no/CIFAR-10-C/fog.npy is missing, expected images of CIFAR-10-C
    """
    family = find(corruption).family
    severity = _severity(severity)
    path = Path(folder)
    images = _array(path / f"{corruption}.npy", f"images of {path.name}", (5 * block, 32, 32, 3))
    labels = _labels(path / "labels.npy", 5 * block)
    rows = slice((severity - 1) * block, severity * block)
    name = f"{path.name}/{corruption}/{severity}"
    return OfficialSet(name, corruption, severity, family, images[rows], labels[rows])


def mnist_c(folder: str | Path, corruption: str, *, split: str = "test") -> OfficialSet:
    """One corruption of MNIST-C, which has one severity each; "identity" is clean.

    Args:
        folder: holds `<corruption>/<split>_images.npy`, uint8 (sample, 28, 28, 1), and
            `<corruption>/<split>_labels.npy`.
        corruption: one of the 16 folders of MNIST-C.
        split: "test" (10,000 images) or "train" (60,000).

    Raises:
        ValueError: unknown corruption or split, or a file of another shape, dtype or length.
        FileNotFoundError: a file that is missing.

    Source: Mu and Gilmer, "MNIST-C: A Robustness Benchmark for Computer Vision", 2019.

    Example:
        >>> mnist_c("/no/mnist_c", "zigzag")
        Traceback (most recent call last):
        FileNotFoundError: /no/mnist_c/zigzag/test_images.npy is missing, expected images of MNIST-C
    """
    if corruption not in _MNIST_C:
        near = closest(corruption, _MNIST_C, cutoff=0)
        raise ValueError(
            f"MNIST-C has no corruption {corruption!r}, did you mean {near!r}? "
            f"expected one of {', '.join(_MNIST_C)}"
        )
    if split not in ("test", "train"):
        raise ValueError(f"split is {split!r}, expected 'test' or 'train'")
    path = Path(folder) / corruption
    count = 10_000 if split == "test" else 60_000
    images = _array(path / f"{split}_images.npy", "images of MNIST-C", (count, 28, 28, 1))
    labels = _labels(path / f"{split}_labels.npy", count)
    clean = corruption == "identity"
    return OfficialSet(
        f"MNIST-C/{corruption}",
        "" if clean else corruption,
        0 if clean else 1,
        _MNIST_C[corruption],
        images,
        labels,
    )


def cifar10_1(folder: str | Path, version: str = "v6") -> OfficialSet:
    """CIFAR-10.1, newly collected clean images for CIFAR-10's classes.

    Args:
        folder: holds `cifar10.1_<version>_data.npy` and `cifar10.1_<version>_labels.npy`.
        version: "v6" (2,000 images, balanced) or "v4" (2,021).

    Raises:
        ValueError: unknown version, or a file of another shape, dtype or length.
        FileNotFoundError: a file that is missing.

    Source: Recht, Roelofs, Schmidt and Shankar, "Do CIFAR-10 Classifiers Generalize to
    CIFAR-10?", 2018.

    Example:
        >>> cifar10_1("/no")
        Traceback (most recent call last):
        FileNotFoundError: /no/cifar10.1_v6_data.npy is missing, expected images of CIFAR-10.1
    """
    if version not in _CIFAR_10_1:
        raise ValueError(f"version is {version!r}, expected one of {', '.join(_CIFAR_10_1)}")
    count, start = _CIFAR_10_1[version], Path(folder) / f"cifar10.1_{version}"
    images = _array(Path(f"{start}_data.npy"), "images of CIFAR-10.1", (count, 32, 32, 3))
    labels = _labels(Path(f"{start}_labels.npy"), count)
    return OfficialSet(f"CIFAR-10.1/{version}", "", 0, "clean", images, labels)


def imagenet_c(
    folder: str | Path, corruption: str, severity: int, *, side: int = 224
) -> OfficialSet:
    """One cell of ImageNet-C: pictures in a folder a class.

    Args:
        folder: holds `<corruption>/<severity>/<class>/*.JPEG`, or the same below the family's
            folder (`noise`, `blur`, `weather`, `digital`, `extra`).
        corruption: one of `CORRUPTIONS`.
        severity: 1 to 5.
        side: of the pictures, in pixels.

    Returns:
        An `OfficialSet` with `Pictures`; classes in alphabetical order, as the labels count them.

    Raises:
        ValueError: unknown corruption or severity, or no pictures.
        FileNotFoundError: a folder that is missing.

    Source: Hendrycks and Dietterich, ICLR 2019.

    Example:
        >>> imagenet_c("/no", "fog", 3)
        Traceback (most recent call last):
        FileNotFoundError: /no/fog/3 is missing, expected a folder a class of ImageNet-C's pictures
    """
    family = find(corruption).family
    cell = Path(corruption) / str(_severity(severity))
    places = [Path(folder) / part / cell for part in ("", *_archives(), "extra")]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise FileNotFoundError(
            f"{places[0]} is missing, expected a folder a class of ImageNet-C's pictures"
        )
    classes = sorted(place for place in found.iterdir() if place.is_dir())
    files = [sorted(file for file in each.iterdir() if file.is_file()) for each in classes]
    if not sum(map(len, files)):
        raise ValueError(f"{found} holds no pictures, expected a folder a class with JPEG files")
    return OfficialSet(
        f"ImageNet-C/{corruption}/{severity}",
        corruption,
        _severity(severity),
        family,
        Pictures(tuple(path for group in files for path in group), side),
        np.repeat(np.arange(len(files)), [len(group) for group in files]),
        tuple(each.name for each in classes),
    )


def _archives() -> list[str]:
    return sorted({corruption.family for corruption in CORRUPTIONS.values()})


def _severity(severity: int) -> int:
    if isinstance(severity, bool) or severity not in (1, 2, 3, 4, 5):
        raise ValueError(f"severity is {severity!r}, expected an integer 1 to 5")
    return int(severity)


def _array(path: Path, what: str, shape: tuple[int, ...]) -> np.ndarray:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing, expected {what}")
    try:
        # Never unpickled: a file of objects is refused.
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise ValueError(f"{path} is no array file ({error}), expected {what}") from error
    if array.shape != shape or array.dtype != np.uint8:
        raise ValueError(
            f"{path} has shape {array.shape} and dtype {array.dtype}, "
            f"expected {what} of shape {shape} and dtype uint8"
        )
    return array


def _labels(path: Path, count: int) -> np.ndarray:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing, expected {count} labels")
    try:
        labels = np.load(path, allow_pickle=False)
    except ValueError as error:
        raise ValueError(f"{path} is no array file ({error}), expected {count} labels") from error
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{path} has shape {labels.shape} and dtype {labels.dtype}, "
            f"expected integer labels of shape {(count,)}"
        )
    return labels.astype(np.int64)
