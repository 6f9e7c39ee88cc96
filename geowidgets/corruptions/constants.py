"""The constants of CIFAR-10-C and ImageNet-C, severities 1 to 5 of each corruption.

Source: Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
and Perturbations", ICLR 2019, and the two programs published with it. A row's meaning is told by
the function that reads it (`noise.py`, `blur.py`, …). The order of the rows is the paper's: 15
test corruptions, then the 4 extra ones that are meant for validation.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SMALL_SIDE = 64
"""Up to this side in pixels `constants="auto"` means the CIFAR set, above it ImageNet's."""

CIFAR: Mapping[str, tuple] = MappingProxyType(
    {
        # standard deviation
        "gaussian_noise": (0.04, 0.06, 0.08, 0.09, 0.10),
        # photons at full intensity
        "shot_noise": (500, 250, 100, 75, 50),
        # share of the values that are replaced
        "impulse_noise": (0.01, 0.02, 0.03, 0.05, 0.07),
        # radius of the disk, sigma of the kernel's antialiasing
        "defocus_blur": ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)),
        # sigma, largest shift, passes
        "glass_blur": ((0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)),
        # radius, sigma
        "motion_blur": ((6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)),
        # number of zoom factors, step between them
        "zoom_blur": ((7, 0.01), (12, 0.01), (16, 0.01), (21, 0.01), (26, 0.01)),
        # mean, standard deviation, zoom, threshold, radius, sigma, blend
        "snow": (
            (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
            (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
            (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
            (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
            (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
        ),
        # weight of the image, weight of the frost
        "frost": ((1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)),
        # thickness, decay of the plasma's roughness
        "fog": ((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)),
        # added to HSV's value
        "brightness": (0.05, 0.1, 0.15, 0.2, 0.3),
        # factor of the distance from the mean
        "contrast": (0.75, 0.5, 0.4, 0.3, 0.15),
        # amplitude, sigma of the field, shift of the affine map's corners: shares of the side
        "elastic_transform": (
            (0, 0, 0.08),
            (0.05, 0.2, 0.07),
            (0.08, 0.06, 0.06),
            (0.1, 0.04, 0.05),
            (0.1, 0.03, 0.03),
        ),
        # scale
        "pixelate": (0.95, 0.9, 0.85, 0.75, 0.65),
        # quality
        "jpeg_compression": (80, 65, 58, 50, 40),
        # standard deviation, relative to the value
        "speckle_noise": (0.06, 0.1, 0.12, 0.16, 0.2),
        # sigma
        "gaussian_blur": (0.4, 0.6, 0.7, 0.8, 1),
        # mean, standard deviation, sigma, threshold, strength, kind (0 water, 1 mud)
        "spatter": (
            (0.62, 0.1, 0.7, 0.7, 0.5, 0),
            (0.65, 0.1, 0.8, 0.7, 0.5, 0),
            (0.65, 0.3, 1, 0.69, 0.5, 0),
            (0.65, 0.1, 0.7, 0.69, 0.6, 1),
            (0.65, 0.1, 0.5, 0.68, 0.6, 1),
        ),
        # factor and summand of HSV's saturation
        "saturate": ((0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)),
    }
)

IMAGENET: Mapping[str, tuple] = MappingProxyType(
    {
        "gaussian_noise": (0.08, 0.12, 0.18, 0.26, 0.38),
        "shot_noise": (60, 25, 12, 5, 3),
        "impulse_noise": (0.03, 0.06, 0.09, 0.17, 0.27),
        "defocus_blur": ((3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)),
        "glass_blur": ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)),
        "motion_blur": ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15)),
        # the counts are those of arange(1, stop, step) in floating point
        "zoom_blur": ((12, 0.01), (16, 0.01), (11, 0.02), (13, 0.02), (11, 0.03)),
        "snow": (
            (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
            (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
            (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
            (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
            (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
        ),
        "frost": ((1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)),
        "fog": ((1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)),
        "brightness": (0.1, 0.2, 0.3, 0.4, 0.5),
        "contrast": (0.4, 0.3, 0.2, 0.1, 0.05),
        # in pixels, whatever the side
        "elastic_transform": (
            (488, 170.8, 24.4),
            (488, 19.52, 48.8),
            (12.2, 2.44, 4.88),
            (17.08, 2.44, 4.88),
            (29.28, 2.44, 4.88),
        ),
        "pixelate": (0.6, 0.5, 0.4, 0.3, 0.25),
        "jpeg_compression": (25, 18, 15, 10, 7),
        "speckle_noise": (0.15, 0.2, 0.35, 0.45, 0.6),
        "gaussian_blur": (1, 2, 3, 4, 6),
        "spatter": (
            (0.65, 0.3, 4, 0.69, 0.6, 0),
            (0.65, 0.3, 3, 0.68, 0.6, 0),
            (0.65, 0.3, 2, 0.68, 0.5, 0),
            (0.65, 0.3, 1, 0.65, 1.5, 1),
            (0.67, 0.4, 1, 0.65, 1.5, 1),
        ),
        "saturate": ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)),
    }
)

SETS: Mapping[str, Mapping[str, tuple]] = MappingProxyType({"cifar": CIFAR, "imagenet": IMAGENET})
