"""`prune`: copies, exact ratios, measured ratios, and the list of bad inputs."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from geowidgets import zoo
from geowidgets.pruning import METHODS, PruningError, Request, measure, prune, register, score
from geowidgets.pruning.layers import trace

QUICK = {
    "mpt": {"epochs": 1, "progress": False},
    "edge_popup": {"epochs": 1, "progress": False},
    "taylor2": {"batches": 2, "probes": 2},
    "pfp": {"samples": 8},
    "sipp": {"samples": 32},
}
WEIGHT = ["random", "magnitude", "gradient", "taylor2", "sipp"]


@pytest.mark.parametrize("scope", ["global", "layer"])
@pytest.mark.parametrize("method", WEIGHT)
def test_weight_methods_remove_the_exact_count(method, scope, lenet, batches):
    """Off by one, a threshold at ties, or weights that are masked but not zeroed."""
    before = {n: v.clone() for n, v in lenet.state_dict().items()}
    state = torch.get_rng_state()
    pruned = prune(lenet, method, 0.37, scope=scope, loader=batches, **QUICK.get(method, {}))
    assert torch.equal(torch.get_rng_state(), state)
    total = sum(m.weight.numel() for m in lenet.modules() if hasattr(m, "weight"))
    assert pruned.measured.removed == round(0.37 * total)
    weights = dict(pruned.module.named_parameters())
    for name, mask in pruned.masks.items():
        assert mask.dtype == torch.bool
        assert not weights[name][~mask].any()
        assert torch.equal(weights[name][mask], before[name][mask])
    assert all(torch.equal(v, before[n]) for n, v in lenet.state_dict().items())
    assert not any(p.grad is not None for p in lenet.parameters())


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_has_one_call_shape_and_repeats(method, lenet, batches, digits):
    """A method that reads the global generator, or needs its own call, breaks the sweep."""
    learned = method in ("mpt", "edge_popup")
    options = QUICK.get(method, {})
    loader = (digits.images[:64], digits.labels[:64]) if learned else batches
    first = prune(lenet, method, 0.5, loader=loader, seed=3, **options)
    torch.manual_seed(99)
    second = prune(lenet, method, 0.5, loader=loader, seed=3, **options)
    assert all(torch.equal(first.masks[n], second.masks[n]) for n in first.masks)
    assert 0 < first.measured.parameters < 1
    assert 0 < first.measured.multiply_adds < 1
    assert first.head == "fc3"
    copy.deepcopy(first.module)


def test_seeds_differ_and_loader_forms_agree(lenet, batches, digits):
    """One seed for all repeats; or a pair of arrays read as two batches."""
    masks = [prune(lenet, "random", 0.5, seed=s).masks["fc1.weight"] for s in (0, 1)]
    assert not torch.equal(*masks)
    images, labels = (torch.cat(part) for part in zip(*batches, strict=True))
    pair = prune(lenet, "gradient", 0.5, loader=(images, labels), batch_size=16)
    listed = prune(lenet, "gradient", 0.5, loader=batches)
    once = prune(lenet, "gradient", 0.5, loader=iter(batches))
    raw = prune(
        lenet, "gradient", 0.5, loader=(digits.images[:160], digits.labels[:160]), batch_size=16
    )
    for other in (listed, once, raw):
        assert all(torch.equal(pair.masks[n], other.masks[n]) for n in pair.masks)


def test_prune_head_false_spares_and_discounts_the_classifier(lenet):
    """The head's weights must leave the mask and the denominator alike."""
    pruned = prune(lenet, "magnitude", 0.5, prune_head=False)
    total = sum(getattr(lenet, n).weight.numel() for n in ("conv1", "conv2", "fc1", "fc2"))
    assert pruned.measured.total == total
    assert pruned.measured.removed == round(0.5 * total)
    assert torch.equal(pruned.module.fc3.weight, lenet.fc3.weight)
    assert not pruned.prune_head


def test_layers_restrict(lenet):
    """`layers=` that is ignored, or compared by position."""
    pruned = prune(lenet, "magnitude", 0.5, layers=["fc1", "conv1"])
    assert set(pruned.masks) == {"fc1.weight", "conv1.weight"}
    with pytest.raises(PruningError, match="'fc9'"):
        prune(lenet, "magnitude", 0.5, layers=["fc9"])


def test_ratio_zero_is_a_plain_copy(lenet):
    """kthvalue(0) raises; a ratio of 0 belongs to every sweep."""
    pruned = prune(lenet, "magnitude", 0.0)
    assert pruned.measured.removed == 0
    assert pruned.module is not lenet


def test_measured_equals_plain_counting(residual, images):
    """Multiply-adds from parameters alone ignore the maps' sizes."""
    generator = torch.Generator().manual_seed(0)
    masks = {
        f"{n}.weight": torch.rand(m.weight.shape, generator=generator) < 0.5
        for n, m in residual.named_modules()
        if isinstance(m, (nn.Conv2d, nn.Linear))
    }
    masks["conv1.weight"][2] = False
    positions = dict.fromkeys(("stem", "conv1", "conv2", "side"), 36) | {"fc1": 1, "fc2": 1}
    gone = {n: int((~m).sum()) for n, m in masks.items()}
    sizes = {n: m.numel() for n, m in masks.items()}
    found = measure(residual, masks, example=images[:1])
    assert found.removed == sum(gone.values())
    assert found.parameters == found.removed / sum(sizes.values())
    assert found.channels == 1 / (5 + 7 + 5 + 3 + 6 + 4)
    cost = {n: positions[n.removesuffix(".weight")] for n in masks}
    assert found.multiply_adds == pytest.approx(
        sum(gone[n] * cost[n] for n in masks) / sum(sizes[n] * cost[n] for n in masks)
    )
    assert trace(residual, images[:1]).head == "fc2"


def test_multiply_adds_unknown_without_an_example():
    """A guess that happens to run would print a wrong number."""
    net = nn.Sequential(
        nn.Unflatten(1, (3, 7, 9)), nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(140, 2)
    )
    assert math.isnan(prune(net, "magnitude", 0.5).measured.multiply_adds)
    given = prune(net, "magnitude", 0.5, example=torch.zeros(1, 189))
    assert 0 < given.measured.multiply_adds < 1


def test_a_registered_scorer_is_used_and_told_apart():
    """A user's scorer joins the register, keeps its options and cannot be overwritten unawares."""

    @register("test_last", replace=True)
    def last(request: Request, *, sign: float = 1.0):
        return {
            n: sign * torch.arange(m.weight.numel(), dtype=torch.float32).view(m.weight.shape)
            for n, m in request.layers.items()
        }

    net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 4))
    try:
        assert prune(net, "test_last", 0.5, scope="layer").masks["0.weight"].tolist() == [
            [False, False, False],
            [True, True, True],
        ]
        assert prune(net, "test_last", 0.5, scope="layer", sign=-1.0).masks["0.weight"][0].all()
        with pytest.raises(PruningError, match="registered already"):
            register("test_last")(last)
        with pytest.raises(PruningError, match="did you mean 'sign'"):
            prune(net, "test_last", 0.5, sing=1.0)
    finally:
        del METHODS["test_last"]


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda m: m.weight.T, r"'fc1': expected shape \(120, 64\), got \(64, 120\)"),
        (lambda m: m.weight * float("nan"), "finite numbers, got 7680 NaN"),
        (lambda m: 1.0, "got float"),
    ],
)
def test_a_scorer_that_returns_nonsense_is_refused(returned, message, lenet):
    """A wrong shape of the right size, or NaN, would prune at random without a word."""

    @register("test_bad", replace=True)
    def bad(request: Request):
        return {n: returned(m) for n, m in request.layers.items()}

    try:
        with pytest.raises(PruningError, match=message):
            prune(lenet, "test_bad", 0.5, layers=["fc1"])
    finally:
        del METHODS["test_bad"]


def test_a_scorer_that_forgets_a_layer_is_refused():
    """A missing layer would go unpruned and the ratio be missed."""

    @register("test_some", replace=True)
    def some(request: Request):
        return {"fc1": request.layers["fc1"].weight}

    try:
        with pytest.raises(PruningError, match=r"expected scores for .*conv1.* got \['fc1'\]"):
            prune(zoo.lenet5(), "test_some", 0.5)
    finally:
        del METHODS["test_some"]


BAD = [
    ({"ratio": 1.0}, r"in \[0, 1\), got 1\.0"),
    ({"ratio": -0.1}, r"got -0\.1"),
    ({"ratio": float("nan")}, "got nan"),
    ({"ratio": "half"}, "got 'half'"),
    ({"ratio": 90}, r"got 90; did you mean 0\.9\?"),
    ({"method": "magnitud"}, "got 'magnitud'; did you mean 'magnitude'"),
    ({"method": "gradient"}, "gradient: needs data"),
    ({"scope": "everywhere"}, "scope: expected global or layer, got 'everywhere'"),
    ({"method": "ft", "scope": "global"}, "ft: scope: expected layer, got 'global'"),
    ({"batchs": 3}, "magnitude: expected options .none., got 'batchs'"),
    ({"head": "fc7"}, "head: expected one of .*got 'fc7'"),
    ({"method": "ft", "budget": "bytes"}, "budget: expected one of .*got 'bytes'"),
    ({"method": "ft", "bias": "drop"}, "bias: expected zero or keep, got 'drop'"),
    ({"ratio": 1e-7}, "removes nothing"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_requests_are_refused(change, message, lenet):
    """Each value would otherwise fail far away, or be ignored."""
    request = {"method": "magnitude", "ratio": 0.5} | change
    with pytest.raises(PruningError, match=message):
        prune(lenet, **request)


@pytest.mark.parametrize(
    ("loader", "message"),
    [
        ([], "at least one batch, got none"),
        ([torch.zeros(3, 1, 16, 16)], "got Tensor"),
        (3, "got int"),
        ((torch.zeros(3, 1, 16, 16), torch.zeros(2)), "got 2 and 3"),
    ],
)
def test_bad_loaders_are_refused(loader, message, lenet):
    """A loader without labels must not unpack an image as a pair."""
    with pytest.raises(PruningError, match=message):
        prune(lenet, "gradient", 0.5, loader=loader)


def test_nothing_prunable():
    """A net of activations alone."""
    with pytest.raises(PruningError, match="Sequential has no convolution or linear layer"):
        prune(nn.Sequential(nn.BatchNorm1d(3)), "magnitude", 0.5)


def test_an_emptied_layer_is_named_and_refused(lenet):
    """A layer without weights makes every prediction the same, silently."""
    with torch.no_grad():
        lenet.fc2.weight.mul_(1e-6)
    with pytest.raises(PruningError, match="pruned away completely: fc2;"):
        prune(lenet, "magnitude", 0.7)
    emptied = prune(lenet, "magnitude", 0.7, allow_empty=True)
    assert not emptied.masks["fc2.weight"].any()


def test_score_is_what_prune_ranks(lenet, batches):
    """`score` and `prune` that go different ways would show other numbers than were used."""
    scores = score(lenet, "sipp", loader=batches)
    masks = prune(lenet, "sipp", 0.4, loader=batches).masks
    removed = torch.cat([scores[n][~masks[n]] for n in scores])
    kept = torch.cat([scores[n][masks[n]] for n in scores])
    assert removed.max() <= kept.min()


@pytest.mark.parametrize("form", ["attribute", "key", "tuple"])
def test_models_that_wrap_their_logits(form, lenet, digits):
    """Hugging Face's classifiers return an object, torchvision's GoogLeNet a named tuple."""
    from types import SimpleNamespace

    from geowidgets.training import accuracy, train

    class Wrapped(nn.Module):
        def __init__(self, net: nn.Module) -> None:
            super().__init__()
            self.net = net

        def forward(self, images: torch.Tensor):
            logits = self.net(images)
            return {
                "attribute": SimpleNamespace(logits=logits),
                "key": {"logits": logits},
                "tuple": (logits, None),
            }[form]

    few = digits[:64]
    net = Wrapped(lenet)
    plain = prune(lenet, "taylor2", 0.5, loader=(few.images, few.labels), curvature="fisher")
    found = prune(net, "taylor2", 0.5, loader=(few.images, few.labels), curvature="fisher")
    assert all(torch.equal(found.masks[f"net.{n}"], m) for n, m in plain.masks.items())
    assert found.head == "net.fc3"
    expected = accuracy(lenet, few.images, few.labels, device="cpu")
    assert accuracy(net, few.images, few.labels, device="cpu") == expected
    train(net, few.images, few.labels, epochs=1, lr=0.01, progress=False, device="cpu")


@pytest.mark.parametrize("method", ["gradient", "taylor2"])
def test_a_shuffling_loader_is_seeded_too(method, lenet, digits):
    """A DataLoader draws its order from the global generator: masks would differ run by run."""
    from torch.utils.data import DataLoader, TensorDataset

    from geowidgets.training import to_input

    few = digits[:160]
    data = TensorDataset(to_input(few.images), torch.from_numpy(few.labels))
    loader = DataLoader(data, batch_size=8, shuffle=True)
    options = {"batches": 3} | ({"probes": 2} if method == "taylor2" else {})
    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = prune(lenet, method, 0.5, loader=loader, **options)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    second = prune(lenet, method, 0.5, loader=loader, **options)
    other = prune(lenet, method, 0.5, loader=loader, seed=1, **options)
    assert all(torch.equal(first.masks[n], second.masks[n]) for n in first.masks)
    assert not all(torch.equal(first.masks[n], other.masks[n]) for n in first.masks)
