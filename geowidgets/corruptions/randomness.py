"""Counter-based random numbers: sample i's depend on (seed, corruption, severity, i) alone.

Number j of a sample is `mix(key + j·γ)`: SplitMix64 (Steele, Lea and Flood, "Fast splittable
pseudorandom number generators", OOPSLA 2014, fig. 17) with a key of its own for every sample.
Nothing is carried from one number to the next, so any block of samples can be drawn on any
device. The arithmetic is on 64-bit integers, which wrap alike on CPU and GPU; distributions are
read from tables, so that the drawn values too are the same bits everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import torch

WORDS = 1 << 16
"""Number of values of a 16-bit word, the length of a `Draws.lookup` table."""

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
_MIX1, _MIX2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _signed(value: int) -> int:
    value &= _MASK
    return value - (1 << 64) if value >> 63 else value


def mix(state: int) -> int:
    """SplitMix64's output function on a Python integer, modulo 2⁶⁴.

    Example:
        >>> hex(mix(0x9E3779B97F4A7C15))
        '0xe220a8397b1dcdaf'
    """
    state &= _MASK
    state = ((state ^ (state >> 30)) * _MIX1) & _MASK
    state = ((state ^ (state >> 27)) * _MIX2) & _MASK
    return state ^ (state >> 31)


def mix_(state: torch.Tensor) -> torch.Tensor:
    """SplitMix64's output function, in place on an int64 tensor (the bits of an unsigned one)."""
    scratch = torch.empty_like(state)
    for shift, factor in ((30, _MIX1), (27, _MIX2), (31, None)):
        # The shift of a signed integer copies the sign into the upper bits; the mask clears them.
        torch.bitwise_right_shift(state, shift, out=scratch)
        state.bitwise_xor_(scratch.bitwise_and_((1 << (64 - shift)) - 1))
        if factor is not None:
            state.mul_(_signed(factor))
    return state


@lru_cache(maxsize=1)
def _normal_quantiles() -> torch.Tensor:
    # Midpoints of 65,536 equally likely slices, to 2⁻¹⁶: short enough a fraction for the sums of
    # `filters.py` to stay exact. The largest is 4.17 standard deviations.
    probability = (torch.arange(WORDS, dtype=torch.float64) + 0.5) / WORDS
    return (torch.special.ndtri(probability) * WORDS).round() / WORDS


def normal_table(mean: float = 0.0, deviation: float = 1.0) -> torch.Tensor:
    """Quantiles of N(mean, deviation²) for `Draws.lookup`, float64, shape (65536,)."""
    return mean + deviation * _normal_quantiles()


@dataclass(frozen=True)
class Draws:
    """Random numbers of a batch of samples.

    Args:
        keys: int64 tensor (sample,) on the CPU, from `Draws.of`.
        device: where the drawn tensors are made.

    Every method takes `stream`: numbers of different streams are independent, numbers of one
    stream are the same at every call.

    Example:
        >>> draws = Draws.of(0, "fog", 1, torch.arange(4), torch.device("cpu"))
        >>> bool((draws.words((5,))[2:3] == draws.part(2, 3).words((5,))).all())
        True
    """

    keys: torch.Tensor
    device: torch.device

    @classmethod
    def of(
        cls, seed: int, name: str, severity: int, indices: torch.Tensor, device: torch.device
    ) -> Draws:
        """The numbers of the samples `indices` (int64, (sample,)) of one corrupted set."""
        key = mix(seed + _GAMMA)
        for part in (*name.encode(), severity):
            key = mix((key ^ part) + _GAMMA)
        return cls(mix_(indices.to("cpu", torch.int64) * _signed(_GAMMA) + _signed(key)), device)

    def part(self, first: int, last: int) -> Draws:
        """The numbers of the samples first … last − 1 of this batch."""
        return Draws(self.keys[first:last], self.device)

    def _bits(self, count: int, stream: int, device: torch.device) -> torch.Tensor:
        keys = mix_(self.keys ^ _signed(mix(stream + 1))).to(device)
        counter = torch.arange(1, count + 1, device=device) * _signed(_GAMMA)
        return mix_(keys[:, None] + counter)

    def _pieces(self, shape: tuple[int, ...], stream: int, dtype: torch.dtype) -> torch.Tensor:
        each = 8 // dtype.itemsize
        count = prod(shape)
        bits = self._bits(-(-count // each), stream, self.device)
        return bits.view(dtype)[:, :count].reshape(len(self.keys), *shape)

    def words(self, shape: tuple[int, ...], stream: int = 0) -> torch.Tensor:
        """Uniform integers 0 … 65535: int32 tensor (sample, *shape)."""
        return self._pieces(shape, stream, torch.uint16).to(torch.int32)

    def signed(self, shape: tuple[int, ...], stream: int = 0) -> torch.Tensor:
        """Uniform integers −2³¹ … 2³¹ − 1: int32 tensor (sample, *shape)."""
        return self._pieces(shape, stream, torch.int32)

    def lookup(self, table: torch.Tensor, shape: tuple[int, ...], stream: int = 0) -> torch.Tensor:
        """Independent, equally likely entries of `table` (65536,): tensor (sample, *shape)."""
        words = self.words(shape, stream)
        return table.to(self.device).index_select(0, words.flatten()).view(words.shape)

    def uniform(self, shape: tuple[int, ...], stream: int = 0) -> torch.Tensor:
        """Uniform numbers in (0, 1), multiples of 2⁻²⁴: float32 tensor (sample, *shape)."""
        upper = self.signed(shape, stream).bitwise_right_shift(9).to(torch.float32)
        return (upper + (2**22 + 0.5)) * 2**-23

    def scalars(self, count: int, stream: int) -> torch.Tensor:
        """Uniform numbers in [0, 1) of 53 bits: float64 tensor (sample, count), on the CPU."""
        bits = self._bits(count, stream, torch.device("cpu"))
        return (bits.bitwise_right_shift(11) & (2**53 - 1)).to(torch.float64) * 2**-53
