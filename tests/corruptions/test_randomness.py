"""The random numbers: known values, independence of the block, distributions."""

from __future__ import annotations

import torch

from geowidgets.corruptions.randomness import Draws, mix, mix_, normal_table

CPU = torch.device("cpu")


def draws(count: int = 64, seed: int = 0, name: str = "snow", severity: int = 2) -> Draws:
    return Draws.of(seed, name, severity, torch.arange(count), CPU)


def test_mix_is_splitmix64():
    """A wrong shift or factor: the published generator's first numbers for seed 0 are not met."""
    gamma = 0x9E3779B97F4A7C15
    expected = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC]
    assert [mix(gamma * (step + 1)) for step in range(4)] == expected


def test_tensor_mix_equals_integer_mix():
    """A shift that copies the sign, or a product that does not wrap, on half of all states."""
    state = torch.tensor([0, 1, -1, 2**62, -(2**63), 123456789, -987654321])
    expected = [mix(int(value)) for value in state]
    assert [int(value) & (2**64 - 1) for value in mix_(state.clone())] == expected


def test_blocks_and_orders_draw_the_same_numbers():
    """A counter that runs on from one sample to the next."""
    whole = draws()
    shuffled = Draws.of(0, "snow", 2, torch.tensor([63, 0, 7]), CPU)
    for method in ("words", "signed", "uniform"):
        numbers = getattr(whole, method)((3, 5))
        assert torch.equal(numbers[[63, 0, 7]], getattr(shuffled, method)((3, 5)))
        assert torch.equal(numbers[5:9], getattr(whole.part(5, 9), method)((3, 5)))
    assert torch.equal(whole.scalars(2, 1)[[63, 0, 7]], shuffled.scalars(2, 1))


def test_everything_named_changes_the_numbers():
    """A key that forgets the seed, the name, the severity or the stream."""
    base = draws().words((9,))
    others = [
        draws(seed=1),
        draws(seed=-1),
        draws(seed=2**62),
        draws(name="fog"),
        draws(severity=3),
    ]
    for other in others:
        assert (other.words((9,)) == base).float().mean() < 0.01
    assert (draws().words((9,), stream=1) == base).float().mean() < 0.01


def test_samples_are_not_correlated():
    """Keys that make neighbouring samples shifted copies of each other."""
    numbers = draws(200).uniform((400,)) - 0.5
    across = (numbers[:-1] * numbers[1:]).mean() * 12
    along = (numbers[:, :-1] * numbers[:, 1:]).mean() * 12
    shifted = (numbers[:-1, 1:] * numbers[1:, :-1]).mean() * 12
    assert max(abs(across), abs(along), abs(shifted)) < 0.015


def test_uniform_and_scalars_fill_the_open_interval():
    """A range of (−½, ½) or [0, 2) from a sign bit that is read as a value."""
    for numbers in (draws(500).uniform((300,)).double(), draws(50_000).scalars(3, 0)):
        assert 0 <= numbers.min() < 1e-3
        assert 1 - 1e-3 < numbers.max() < 1
        assert abs(numbers.mean() - 0.5) < 0.003
        assert abs(numbers.var() - 1 / 12) < 0.002


def test_normal_table_has_the_moments_of_a_normal():
    """Quantiles at the wrong places: a deviation or a kurtosis that is off by a percent."""
    values = normal_table(0.5, 2)
    standard = (values - 0.5) / 2
    assert abs(standard.mean()) < 1e-9
    assert abs(standard.square().mean() - 1) < 1e-3
    assert abs(standard.pow(4).mean() - 3) < 0.02
    drawn = draws(500).lookup(values, (400,))
    assert abs(drawn.mean() - 0.5) < 0.02
    assert abs(drawn.std() - 2) < 0.02


def test_the_global_generator_is_left_alone():
    """Drawing from torch's own generator."""
    before = torch.get_rng_state()
    draws().words((4,))
    assert torch.equal(before, torch.get_rng_state())
