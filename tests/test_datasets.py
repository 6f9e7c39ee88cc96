"""Image sets: sizes, splits, files, and what is said when they are missing."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from geowidgets import datasets
from geowidgets.datasets import Samples


def test_digits_are_the_right_way_round():
    """A transposed or inverted digit trains as well, and looks wrong in every view."""
    from sklearn.datasets import load_digits

    small, source = datasets.digits(8, "test"), load_digits()
    assert small.images.shape == (599, 8, 8, 1)
    assert small.images.dtype == np.uint8
    originals = {tuple(i.ravel()): t for i, t in zip(source.images, source.target, strict=True)}
    for image, label in zip(small.images[:50], small.labels[:50], strict=True):
        assert originals[tuple(np.round(image[..., 0].ravel() * (16 / 255)))] == label


def test_digits_split_is_fixed_stratified_and_complete():
    """A split that changes with the size, or shares samples, makes accuracies worthless."""
    train, test = datasets.digits(16, "train"), datasets.digits(16, "test")
    assert len(train) + len(test) == 1797
    assert np.bincount(test.labels).min() >= 58
    assert np.bincount(test.labels).max() <= 61
    assert (datasets.digits(32, "test").labels == test.labels).all()
    shared = {i.tobytes() for i in train.images} & {i.tobytes() for i in test.images}
    assert not shared
    assert test.classes == tuple("0123456789")


def test_resize_is_smooth_and_keeps_constants():
    """Nearest neighbour has as many levels as the original; overshoot wraps around in uint8."""
    flat = datasets.resize(np.full((2, 8, 8, 3), 200, np.uint8), 13)
    assert (flat == 200).all()
    edge = np.zeros((1, 8, 8, 1), np.uint8)
    edge[:, :, 4:] = 255
    row = datasets.resize(edge, 32)[0, 16, :, 0].astype(int)
    assert row[0] == 0
    assert row[-1] == 255
    assert len(set(row)) > 4
    assert (np.diff(row) >= -20).all()


def test_samples_check_themselves():
    """Labels in one-hot form, floats, or labels beyond the classes."""
    images = np.zeros((3, 4, 5, 1), np.uint8)
    labels = np.array([0, 1, 0])
    with pytest.raises(ValueError, match="got float64"):
        Samples(images / 1.0, labels, ("a", "b"))
    with pytest.raises(ValueError, match=r"expected \(3,\), one a sample, got \(3, 2\)"):
        Samples(images, np.zeros((3, 2), int), ("a", "b"))
    with pytest.raises(ValueError, match=r"expected 0\.\.0, got 0\.\.1"):
        Samples(images, labels, ("a",))
    part = Samples(images, labels, ("a", "b"), "x", "note")[[2, 1]]
    assert part.labels.tolist() == [0, 1]
    assert part.note == "note"


@pytest.mark.parametrize("keys", ["train_x train_y test_x test_y", "x_train y_train x_test y_test"])
def test_npz(keys, tmp_path):
    """Both ways of naming the arrays; the test set must not be the training set."""
    a, b, c, d = keys.split()
    arrays = {
        a: np.full((4, 6, 5), 1, np.uint8), b: np.array([0, 1, 2, 1]),
        c: np.full((2, 6, 5), 9, np.uint8), d: np.array([2, 0]),
    }  # fmt: skip
    np.savez(tmp_path / "set.npz", **arrays)
    test = datasets.load_npz(tmp_path / "set.npz")
    assert test.images.shape == (2, 6, 5, 1)
    assert (test.images == 9).all()
    assert test.labels.tolist() == [2, 0]
    assert datasets.load_npz(tmp_path / "set.npz", "train", size=10).images.shape == (4, 10, 10, 1)
    np.savez(tmp_path / "other.npz", images=arrays[a])
    with pytest.raises(KeyError, match=r"test_x and test_y, got \['images'\]"):
        datasets.load_npz(tmp_path / "other.npz")
    with pytest.raises(ValueError, match="got 'tset'; did you mean 'test'"):
        datasets.load_npz(tmp_path / "set.npz", "tset")
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        datasets.load_npz(tmp_path / "none.npz")


def test_npy_pair_gets_cifar_names(tmp_path):
    """CIFAR-10.1 comes as two files without class names."""
    np.save(tmp_path / "data.npy", np.zeros((3, 32, 32, 3), np.uint8))
    np.save(tmp_path / "labels.npy", np.array([0, 9, 6], np.int32))
    found = datasets.load_npy(tmp_path / "data.npy", tmp_path / "labels.npy")
    assert [found.classes[label] for label in found.labels] == ["airplane", "truck", "frog"]


def archive(path, names, side=6):
    with zipfile.ZipFile(path, "w") as file:
        for position, name in enumerate(names):
            buffer = io.BytesIO()
            Image.fromarray(np.full((side, side, 3), 10 * position, np.uint8)).save(buffer, "PNG")
            file.writestr(name, buffer.getvalue())


def test_image_zip(tmp_path):
    """Numbers sorted as text (10 before 2), a split by position, classes in archive order."""
    names = [f"{c}/{n}.png" for c in ("dog", "cat") for n in (10, 2, 5, 1)]
    archive(tmp_path / "set.zip", names)
    every = datasets.load_image_zip(tmp_path / "set.zip", "all", note="tiny")
    assert every.classes == ("cat", "dog")
    assert every.labels.tolist() == [0] * 4 + [1] * 4
    values = {name: 10 * position for position, name in enumerate(names)}
    expected = [values[f"{c}/{n}.png"] for c in ("cat", "dog") for n in (1, 2, 5, 10)]
    assert every.images[:, 0, 0, 0].tolist() == expected
    assert every.note == "tiny"
    test = datasets.load_image_zip(tmp_path / "set.zip", "test", test_every=5)
    assert test.images[:, 0, 0, 0].tolist() == [
        values[f"{c}/{n}.png"] for c in ("cat", "dog") for n in (5, 10)
    ]
    assert len(datasets.load_image_zip(tmp_path / "set.zip", "train", limit=1, size=9)) == 2


def test_bad_zips_are_named(tmp_path):
    """A stray file in the archive must not become a class."""
    archive(tmp_path / "a.zip", ["cat/1.png", "readme.png"])
    with pytest.raises(ValueError, match=r"class/number\.jpg, got 'readme\.png'"):
        datasets.load_image_zip(tmp_path / "a.zip")
    (tmp_path / "b.zip").write_bytes(b"rubbish")
    with pytest.raises(ValueError, match="expected a zip archive"):
        datasets.load_image_zip(tmp_path / "b.zip")
    archive(tmp_path / "c.zip", [])
    with pytest.raises(ValueError, match="the archive is empty"):
        datasets.load_image_zip(tmp_path / "c.zip")


@pytest.mark.parametrize("name", ["cifar10", "cifar100", "mnist"])
def test_missing_downloads_say_what_to_do(name, tmp_path):
    """torchvision's own message suggests a download that may be impossible."""
    with pytest.raises(FileNotFoundError, match=rf"{name}: .*download=False.*datasets\.digits"):
        datasets.torchvision_dataset(name, tmp_path)


def test_folders_of_classes(tmp_path):
    """ImageNet and ObjectNet: centre crop, class order, renaming."""
    for folder, level in (("val/b", 50), ("val/a", 200), ("val/c", 90)):
        (tmp_path / folder).mkdir(parents=True)
        for number in range(2):
            picture = np.full((40, 60, 3), level, np.uint8)
            Image.fromarray(picture).save(tmp_path / folder / f"{number}.png")
    found = datasets.torchvision_dataset("imagenet", tmp_path, size=16)
    assert found.images.shape == (6, 16, 16, 3)
    assert found.classes == ("a", "b", "c")
    assert found.images[:, 0, 0, 0].tolist() == [200, 200, 50, 50, 90, 90]
    renamed = datasets.torchvision_dataset(
        "objectnet", tmp_path, size=16, limit=1, classes={"c": "chair", "a": "apple"}
    )
    assert renamed.classes == ("chair", "apple")
    assert renamed.images[:, 0, 0, 0].tolist() == [90, 200]
    with pytest.raises(ValueError, match="no folder 'd'"):
        datasets.torchvision_dataset("objectnet", tmp_path, classes=["d"])
    with pytest.raises(FileNotFoundError, match="found no class folders"):
        datasets.torchvision_dataset("imagenet", tmp_path / "val" / "a")
    with pytest.raises(ValueError, match="got 'imagent'; did you mean 'imagenet'"):
        datasets.torchvision_dataset("imagent", tmp_path)
