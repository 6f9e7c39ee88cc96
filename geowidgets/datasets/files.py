"""Image sets from files at hand: `.npz`, `.npy` and zip archives of class folders."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np

from geowidgets.datasets.samples import CIFAR10_CLASSES, Samples, check_choice, from_arrays


def load_npz(path: str | Path, split: str = "test", *, size: int | None = None) -> Samples:
    """A grey or colour set from one `.npz` file such as MNIST.

    The arrays are `train_x, train_y, test_x, test_y` or Keras' `x_train, y_train, …`; images
    uint8 `(sample, y, x)` or `(sample, y, x, channel)`. Nothing pickled is read.

    Raises:
        FileNotFoundError: no such file.
        KeyError: the file holds other arrays; they are named.
    """
    check_choice("split", split, ("train", "test"))
    path = _existing(path)
    with np.load(path, allow_pickle=False) as arrays:
        for images_key, labels_key in ((f"{split}_x", f"{split}_y"), (f"x_{split}", f"y_{split}")):
            if images_key in arrays and labels_key in arrays:
                images, labels = arrays[images_key], arrays[labels_key]
                break
        else:
            raise KeyError(
                f"{path}: expected arrays {split}_x and {split}_y, got {sorted(arrays.files)}"
            )
    return from_arrays(images, labels, size, f"{path.stem}-{split}")


def load_npy(images: str | Path, labels: str | Path, *, size: int | None = None) -> Samples:
    """A set from two `.npy` files, such as CIFAR-10.1's data and labels.

    Class names are CIFAR-10's when there are 32×32 colour images and at most ten labels.
    """
    images, labels = _existing(images), _existing(labels)
    samples = from_arrays(
        np.load(images, allow_pickle=False), np.load(labels, allow_pickle=False), size, images.stem
    )
    if samples.images.shape[1:] == (32, 32, 3) and samples.labels.max() < 10:
        return Samples(samples.images, samples.labels, CIFAR10_CLASSES, samples.name)
    return samples


def load_image_zip(
    path: str | Path,
    split: str = "test",
    *,
    test_every: int = 5,
    size: int | None = None,
    limit: int | None = None,
    note: str = "",
) -> Samples:
    """Images from a zip archive laid out as `class/number.jpg` (or .png, …).

    Such archives carry no test split, so it is made by the number in the file name: numbers
    divisible by `test_every` are the test set. Files are decoded in memory, never extracted.

    Args:
        path: the archive.
        split: "train", "test" or "all".
        test_every: every n-th number is a test image.
        size: height and width to resize to; None keeps the size, which must be one for all.
        limit: at most so many samples of each class, lowest numbers first.
        note: kept with the samples ("JPEG-recompressed").

    Raises:
        FileNotFoundError: no such file.
        ValueError: not a zip archive, a name that is not `class/number`, or mixed sizes.
    """
    from PIL import Image

    check_choice("split", split, ("train", "test", "all"))
    path = _existing(path)
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path}: expected a zip archive of class/number.jpg")
    with zipfile.ZipFile(path) as archive:
        found = _numbered_members(archive, path)
        classes = tuple(sorted(found))
        images, labels = [], []
        for label, name in enumerate(classes):
            kept = [m for n, m in sorted(found[name]) if _in_split(n, split, test_every)][:limit]
            for member in kept:
                picture = Image.open(io.BytesIO(archive.read(member))).convert("RGB")
                if size is not None and picture.size != (size, size):
                    picture = picture.resize((size, size), Image.Resampling.BICUBIC)
                images.append(np.asarray(picture))
                labels.append(label)
    shapes = {image.shape for image in images}
    if len(shapes) != 1:
        raise ValueError(f"{path}: expected images of one size, got {sorted(shapes)}; pass size=")
    return Samples(
        np.stack(images), np.array(labels, np.int64), classes, f"{path.stem}-{split}", note
    )


def _numbered_members(archive, path) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for member in archive.namelist():
        if member.endswith("/"):
            continue
        parts = PurePosixPath(member)
        if not parts.parent.name or not parts.stem.isdigit():
            raise ValueError(f"{path}: expected members class/number.jpg, got {member!r}")
        found.setdefault(parts.parent.name, []).append((int(parts.stem), member))
    if not found:
        raise ValueError(f"{path}: expected members class/number.jpg, the archive is empty")
    return found


def _in_split(number: int, split: str, test_every: int) -> bool:
    return split == "all" or (number % test_every == 0) == (split == "test")


def _existing(path: str | Path) -> Path:
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no file {path.resolve()}")
    return path
