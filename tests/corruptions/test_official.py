"""The published files: small files of the same layout, and files that are wrong."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from geowidgets.official import Pictures, cifar10_1, cifar_c, imagenet_c, mnist_c


@pytest.fixture
def cifar(tmp_path):
    """A CIFAR-10-C of 4 images a severity, whose pixels tell severity and number."""
    folder = tmp_path / "CIFAR-10-C"
    folder.mkdir()
    numbers = np.arange(20, dtype=np.uint8)[:, None, None, None]
    np.save(folder / "fog.npy", np.broadcast_to(numbers, (20, 32, 32, 3)))
    np.save(folder / "labels.npy", np.tile(np.arange(4, dtype=np.uint8), 5))
    return folder


def test_cifar_c_takes_the_block_of_the_severity(cifar):
    """A block too far, or severities that are interleaved."""
    for severity in range(1, 6):
        found = cifar_c(cifar, "fog", severity, block=4)
        first = 4 * (severity - 1)
        assert found.images[:, 0, 0, 0].tolist() == list(range(first, first + 4))
        assert found.labels.tolist() == [0, 1, 2, 3]
        assert (found.name, found.family) == (f"CIFAR-10-C/fog/{severity}", "weather")
    assert isinstance(found.images, np.memmap)
    assert found.labels.dtype == np.int64


def test_cifar_c_names_the_file_and_what_was_expected(cifar):
    """A truncated download that is read as if it were whole."""
    with pytest.raises(ValueError, match=r"fog\.npy has shape \(20, .*expected .*\(50000, 32, 32"):
        cifar_c(cifar, "fog", 1)
    with pytest.raises(FileNotFoundError, match=r"snow\.npy is missing, expected images of CIFAR"):
        cifar_c(cifar, "snow", 1, block=4)
    with pytest.raises(ValueError, match="did you mean 'fog'"):
        cifar_c(cifar, "fogg", 1, block=4)
    with pytest.raises(ValueError, match="severity is 6"):
        cifar_c(cifar, "fog", 6, block=4)
    np.save(cifar / "labels.npy", np.zeros(19, int))
    with pytest.raises(ValueError, match=r"labels\.npy has shape \(19,\).*expected.*\(20,\)"):
        cifar_c(cifar, "fog", 1, block=4)
    (cifar / "labels.npy").unlink()
    with pytest.raises(FileNotFoundError, match=r"labels\.npy is missing, expected 20 labels"):
        cifar_c(cifar, "fog", 1, block=4)


def test_files_of_objects_are_refused(cifar):
    """A pickle that is executed on loading."""
    np.save(cifar / "labels.npy", np.array([{}] * 20, dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"labels\.npy is no array file"):
        cifar_c(cifar, "fog", 1, block=4)


def test_mnist_c(tmp_path):
    """Clean images that are listed as corrupted, or a split that is mixed up."""
    for name in ("zigzag", "identity"):
        (tmp_path / name).mkdir()
        for split, count in (("test", 10_000), ("train", 60_000)):
            np.save(tmp_path / name / f"{split}_labels.npy", np.zeros(count, np.int64))
            images = np.lib.format.open_memmap(
                tmp_path / name / f"{split}_images.npy", "w+", np.uint8, (count, 28, 28, 1)
            )
            images[0] = 7
    zigzag = mnist_c(tmp_path, "zigzag")
    assert (zigzag.corruption, zigzag.severity, zigzag.family) == ("zigzag", 1, "drawn")
    assert len(mnist_c(tmp_path, "zigzag", split="train").labels) == 60_000
    clean = mnist_c(tmp_path, "identity")
    assert (clean.corruption, clean.severity, clean.family) == ("", 0, "clean")
    assert clean.images[0].max() == 7
    with pytest.raises(ValueError, match="did you mean 'zigzag'"):
        mnist_c(tmp_path, "zigzac")
    with pytest.raises(ValueError, match="split is 'val', expected 'test' or 'train'"):
        mnist_c(tmp_path, "zigzag", split="val")


def test_cifar_10_1(tmp_path):
    """A version whose length is that of the other."""
    np.save(tmp_path / "cifar10.1_v6_data.npy", np.zeros((2000, 32, 32, 3), np.uint8))
    np.save(tmp_path / "cifar10.1_v6_labels.npy", np.arange(2000, dtype=np.int32) % 10)
    found = cifar10_1(tmp_path)
    assert (found.corruption, found.severity, found.family) == ("", 0, "clean")
    assert found.labels[11] == 1
    np.save(tmp_path / "cifar10.1_v4_data.npy", np.zeros((2000, 32, 32, 3), np.uint8))
    with pytest.raises(ValueError, match=r"v4_data\.npy has shape \(2000.*\(2021, 32, 32, 3\)"):
        cifar10_1(tmp_path, "v4")
    with pytest.raises(ValueError, match="version is 'v5', expected one of v4, v6"):
        cifar10_1(tmp_path, "v5")


@pytest.mark.parametrize("above", ["", "weather"])
def test_imagenet_c(tmp_path, above):
    """Red and blue exchanged, labels in the order of the file system, all pictures in memory."""
    cell = tmp_path / above / "fog" / "3"
    for label, name in enumerate(("n02", "n01")):
        (cell / name).mkdir(parents=True)
        for number in range(2):
            picture = np.full((24, 24, 3), (0, 0, 100 + 50 * label + number), np.uint8)
            cv2.imwrite(str(cell / name / f"{number}.png"), picture)
    found = imagenet_c(tmp_path, "fog", 3, side=24)
    assert found.classes == ("n01", "n02")
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert isinstance(found.images, Pictures)
    assert found.images.shape == (4, 24, 24, 3)
    assert found.images[:][:, 0, 0, 0].tolist() == [150, 151, 100, 101]
    assert found.images[0][0, 0].tolist() == [150, 0, 0]
    assert found.images[[3, 0]][:, 0, 0, 0].tolist() == [101, 150]
    with pytest.raises(ValueError, match=r"0\.png is shape \(24, 24, 3\), expected .*\(224"):
        imagenet_c(tmp_path, "fog", 3).images[:1]
    with pytest.raises(FileNotFoundError, match=r"fog/4 is missing, expected a folder a class"):
        imagenet_c(tmp_path, "fog", 4)
    (tmp_path / "snow" / "1").mkdir(parents=True)
    with pytest.raises(ValueError, match="holds no pictures"):
        imagenet_c(tmp_path, "snow", 1)
