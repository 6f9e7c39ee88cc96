"""A function of one image, mapped over a block by a pool of threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch


def map_images(function: Callable[..., np.ndarray], *arrays: np.ndarray) -> np.ndarray:
    """Stack function(a[i], b[i], …) over the samples i, on as many threads as torch may use.

    Args:
        function: of one image of each array; OpenCV's functions let other threads run.
        arrays: arrays whose first axis is the sample, all of one length ≥ 1.

    Example:
        >>> map_images(lambda image: image + 1, np.zeros((2, 3), np.uint8)).tolist()
        [[1, 1, 1], [1, 1, 1]]
    """
    count = len(arrays[0])
    threads = min(torch.get_num_threads(), count)
    edges = [count * part // threads for part in range(threads + 1)]

    def block(part: int) -> np.ndarray:
        rows = range(edges[part], edges[part + 1])
        return np.stack([function(*(array[row] for array in arrays)) for row in rows])

    if threads == 1:
        return block(0)
    with ThreadPoolExecutor(threads) as executor:
        return np.concatenate(list(executor.map(block, range(threads))))
