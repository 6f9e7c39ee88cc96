"""Image sets that torchvision reads, and folders of class folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from geowidgets.datasets.samples import Samples, check_choice, from_arrays
from geowidgets.suggest import did_you_mean

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
    check_choice("name", name, TORCHVISION)
    check_choice("split", split, ("train", "test"))
    if name in ("imagefolder", "imagenet", "objectnet"):
        return _image_folder(name, Path(root), split, size or 224, limit, classes)
    from torchvision import datasets

    kind = {"cifar10": datasets.CIFAR10, "cifar100": datasets.CIFAR100, "mnist": datasets.MNIST}
    try:
        source = kind[name](str(root), train=split == "train", download=download)
    except (RuntimeError, OSError) as error:
        raise FileNotFoundError(_offline_message(name, Path(root), download)) from error
    samples = from_arrays(
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
            hint = did_you_mean(name, present) or f"; there are {len(present)}"
            raise ValueError(f"classes: no folder {name!r} under {root}{hint}")
    return wanted


def _centre_crop(picture, size: int) -> np.ndarray:
    from PIL import Image

    scale = size * 8 / 7 / min(picture.size)
    width, height = (max(size, round(side * scale)) for side in picture.size)
    picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - size) // 2, (height - size) // 2
    return np.asarray(picture.crop((left, top, left + size, top + size)))


def _first_of_each(labels: np.ndarray, limit: int) -> np.ndarray:
    kept = [np.flatnonzero(labels == label)[:limit] for label in np.unique(labels)]
    return np.sort(np.concatenate(kept))
