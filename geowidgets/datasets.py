"""Labelled image sets in memory: uint8 pixels, integer labels, class names.

Everything here returns a [`Samples`][geowidgets.datasets.Samples]. `digits` needs no download;
the others read files that the user already has.
"""

from __future__ import annotations

import difflib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

DIGITS_SPLIT_SEED = 0
DIGITS_TEST_FRACTION = 1 / 3

CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip


@dataclass(frozen=True)
class Samples:
    """A labelled image set.

    Attributes:
        images: uint8 `(sample, y, x, channel)`.
        labels: int64 `(sample,)`, indices into `classes`.
        classes: class names; text, never markup.
        name: what the set is called in tables.
        note: what a reader of a table has to know ("JPEG-recompressed"), else "".

    Example:
        >>> Samples(np.zeros((2, 4, 4, 1), np.uint8), np.array([1, 0]), ("a", "b")).images.shape
        (2, 4, 4, 1)
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    name: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 4:
            raise ValueError(
                f"images: expected uint8 (sample, y, x, channel), "
                f"got {self.images.dtype} {self.images.shape}"
            )
        if self.labels.shape != (len(self.images),):
            raise ValueError(
                f"labels: expected {(len(self.images),)}, one a sample, got {self.labels.shape}"
            )
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise ValueError(
                f"labels: expected 0..{len(self.classes) - 1}, "
                f"got {self.labels.min()}..{self.labels.max()}"
            )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, chosen: slice | Sequence[int] | np.ndarray) -> Samples:
        """The chosen samples, in the given order; classes, name and note stay."""
        return Samples(self.images[chosen], self.labels[chosen], self.classes, self.name, self.note)


def digits(size: int = 32, split: str = "test") -> Samples:
    """The 1,797 handwritten digits that ship with scikit-learn, resized smoothly.

    The 8×8 originals (0..16) are scaled to 0..255 and resized bicubically. The split is
    stratified and fixed: a third of every class is the test set.

    Args:
        size: height and width in pixels, at least 8.
        split: "train" (1,198 samples) or "test" (599).

    Returns:
        `Samples` with images `(sample, size, size, 1)` and classes "0".."9".

    Raises:
        ValueError: unknown split, or size below 8.

    Example:
        >>> digits(16, "train").images.shape
        (1198, 16, 16, 1)
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    _check_choice("split", split, ("train", "test"))
    if size < 8:
        raise ValueError(f"size: expected at least 8 pixels, got {size}")
    source = load_digits()
    train, test = train_test_split(
        np.arange(len(source.target)),
        test_size=DIGITS_TEST_FRACTION,
        stratify=source.target,
        random_state=DIGITS_SPLIT_SEED,
    )
    chosen = np.sort(train if split == "train" else test)
    images = resize(np.round(source.images[chosen, :, :, None] * (255 / 16)).astype(np.uint8), size)
    labels = source.target[chosen].astype(np.int64)
    return Samples(images, labels, tuple("0123456789"), name=f"digits-{split}")


def resize(images: np.ndarray, size: int) -> np.ndarray:
    """Bicubic resize with anti-aliasing of uint8 `(sample, y, x, channel)` to `size` × `size`.

    Example:
        >>> resize(np.full((1, 8, 8, 3), 7, np.uint8), 12).shape
        (1, 12, 12, 3)
    """
    import torch
    from torch.nn.functional import interpolate

    if images.shape[1:3] == (size, size):
        return images
    pixels = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()
    pixels = interpolate(
        pixels, size=(size, size), mode="bicubic", antialias=True, align_corners=False
    )
    return pixels.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()


def load_npz(path: str | Path, split: str = "test", *, size: int | None = None) -> Samples:
    """A grey or colour set from one `.npz` file such as MNIST.

    The arrays are `train_x, train_y, test_x, test_y` or Keras' `x_train, y_train, …`; images
    uint8 `(sample, y, x)` or `(sample, y, x, channel)`. Nothing pickled is read.

    Raises:
        FileNotFoundError: no such file.
        KeyError: the file holds other arrays; they are named.
    """
    _check_choice("split", split, ("train", "test"))
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
    return _from_arrays(images, labels, size, f"{path.stem}-{split}")


def load_npy(images: str | Path, labels: str | Path, *, size: int | None = None) -> Samples:
    """A set from two `.npy` files, such as CIFAR-10.1's data and labels.

    Class names are CIFAR-10's when there are 32×32 colour images and at most ten labels.
    """
    images, labels = _existing(images), _existing(labels)
    samples = _from_arrays(
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

    _check_choice("split", split, ("train", "test", "all"))
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


TORCHVISION = ("cifar10", "cifar100", "mnist", "imagefolder", "imagenet", "objectnet")


def torchvision_dataset(
    name: str,
    root: str | Path,
    *,
    split: str = "test",
    download: bool = False,
    size: int | None = None,
    limit: int | None = None,
    classes: Mapping[str, str] | Sequence[str] | None = None,
) -> Samples:
    """A set that torchvision reads: CIFAR-10/100, MNIST or a folder of class folders.

    ImageNet and ObjectNet are folders of class folders here (`root/<class>/<image>`; ImageNet's
    own `root/val/<class>` is found too). They are resized so that the shorter side is
    `size · 8/7`, centre-cropped to `size` (default 224) and held in memory: 150 kB an image at
    224 pixels, so give a `limit` (samples a class).

    Args:
        name: one of "cifar10", "cifar100", "mnist", "imagefolder", "imagenet", "objectnet".
        root: where the files are.
        split: "train" or "test".
        download: let torchvision fetch CIFAR or MNIST. Off by default: nothing here uses the
            network unasked.
        size: height and width in pixels.
        limit: at most so many samples of each class.
        classes: for folders only. A sequence: the class list and its order (folders outside it
            are left out). A mapping folder → class name renames too, which is how ObjectNet's
            folders become ImageNet's classes.

    Raises:
        FileNotFoundError: the files are not there; the message says how to get them.
        ValueError: unknown name, split or class.
    """
    _check_choice("name", name, TORCHVISION)
    _check_choice("split", split, ("train", "test"))
    if name in ("imagefolder", "imagenet", "objectnet"):
        return _image_folder(name, Path(root), split, size or 224, limit, classes)
    from torchvision import datasets

    kind = {"cifar10": datasets.CIFAR10, "cifar100": datasets.CIFAR100, "mnist": datasets.MNIST}
    try:
        source = kind[name](str(root), train=split == "train", download=download)
    except (RuntimeError, OSError) as error:
        raise FileNotFoundError(_offline_message(name, Path(root), download)) from error
    samples = _from_arrays(
        np.asarray(source.data), np.asarray(source.targets), size, f"{name}-{split}"
    )
    samples = Samples(samples.images, samples.labels, tuple(map(str, source.classes)), samples.name)
    return samples if limit is None else samples[_first_of_each(samples.labels, limit)]


def _offline_message(name: str, root: Path, download: bool) -> str:
    tried = "and could not be downloaded (no network?)" if download else "and download=False"
    return (
        f"{name}: its files are not under {root.resolve()} {tried}. Put torchvision's archive "
        f"there, or pass download=True on a machine with a network, or use datasets.digits()"
    )


def _image_folder(name, root, split, size, limit, classes) -> Samples:
    from PIL import Image

    folder = {"train": "train", "test": "val"}[split]
    root = root / folder if (root / folder).is_dir() else root
    if not root.is_dir() or not any(p.is_dir() for p in root.iterdir()):
        raise FileNotFoundError(
            f"{name}: expected {root.resolve()}/<class>/<image>, found no class folders; "
            f"this set has to be fetched by hand (its licence forbids an automatic download)"
        )
    folders = _folders_of(root, classes)
    names = tuple(dict.fromkeys(folders.values()))
    images, labels = [], []
    for directory, class_name in folders.items():
        for file in sorted(p for p in (root / directory).iterdir() if p.is_file())[:limit]:
            with Image.open(file) as picture:
                images.append(_centre_crop(picture.convert("RGB"), size))
            labels.append(names.index(class_name))
    if not images:
        raise FileNotFoundError(f"{name}: the class folders under {root.resolve()} hold no images")
    return Samples(np.stack(images), np.array(labels, np.int64), names, f"{name}-{split}")


def _folders_of(root: Path, classes) -> dict[str, str]:
    """Folder → class name, in the order of the labels."""
    present = sorted(p.name for p in root.iterdir() if p.is_dir())
    if classes is None:
        return {name: name for name in present}
    wanted = dict(classes) if isinstance(classes, Mapping) else {name: name for name in classes}
    for name in wanted:
        if name not in present:
            near = difflib.get_close_matches(name, present, 1)
            raise ValueError(
                f"classes: no folder {name!r} under {root}"
                + (f"; did you mean {near[0]!r}?" if near else f"; there are {len(present)}")
            )
    return wanted


def _centre_crop(picture, size: int) -> np.ndarray:
    from PIL import Image

    scale = size * 8 / 7 / min(picture.size)
    width, height = (max(size, round(side * scale)) for side in picture.size)
    picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - size) // 2, (height - size) // 2
    return np.asarray(picture.crop((left, top, left + size, top + size)))


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


def _first_of_each(labels: np.ndarray, limit: int) -> np.ndarray:
    kept = [np.flatnonzero(labels == label)[:limit] for label in np.unique(labels)]
    return np.sort(np.concatenate(kept))


def _from_arrays(images, labels, size, name) -> Samples:
    images = images[..., None] if images.ndim == 3 else images
    labels = np.asarray(labels).reshape(-1).astype(np.int64)
    if size is not None:
        images = resize(images, size)
    classes = tuple(str(label) for label in range(int(labels.max()) + 1))
    return Samples(np.ascontiguousarray(images), labels, classes, name)


def _existing(path: str | Path) -> Path:
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no file {path.resolve()}")
    return path


def _check_choice(what: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        near = difflib.get_close_matches(str(value), choices, 1)
        raise ValueError(
            f"{what}: expected one of {', '.join(choices)}, got {value!r}"
            + (f"; did you mean {near[0]!r}?" if near else "")
        )
