"""Which layer is the head: what may follow it, what may not, and what the errors say."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from geowidgets.latents import ForwardError, HeadError, find_head

from .nets import Lambda, MaskedLinear, TwoHeads, conv_net, images, net

SHAPE_ONLY = [
    (nn.Identity(), "identity", 1.0),
    (Lambda(lambda x: x[:, :, None, None]), "identity", 1.0),
    (nn.Dropout(0.9), "identity", 1.0),
    (nn.Softmax(dim=1), "softmax", 1.0),
    (nn.LogSoftmax(dim=1), "log_softmax", 1.0),
    (Lambda(lambda x: x / 4), "scale", 0.25),
    (Lambda(lambda x: 100 * x), "scale", 100.0),
    (nn.Sequential(Lambda(lambda x: x / 4), nn.LogSoftmax(dim=1)), "log_softmax", 0.25),
    (nn.Sequential(Lambda(lambda x: 100 * x), nn.Softmax(dim=1)), "softmax", 100.0),
]


@pytest.mark.parametrize(("after", "relation", "scale"), SHAPE_ONLY, ids=lambda value: str(value))
def test_what_keeps_the_logits_readable_is_seen_through(after, relation, scale) -> None:
    """Catches a head that is missed behind its softmax, reshaping or temperature."""
    head = find_head(net(after), images())
    assert (head.name, head.kind, head.relation) == ("2", "linear", relation)
    assert (head.classes, head.width) == (3, 7)
    assert head.scale == pytest.approx(scale, rel=1e-4)


CHANGING = [
    nn.ReLU(),
    nn.ReLU(inplace=True),
    nn.ReLU6(),
    nn.Sigmoid(),
    nn.Tanh(),
    Lambda(lambda x: 30 * torch.tanh(x / 30)),
    nn.LogSigmoid(),
    nn.Hardtanh(-5, 5),
    Lambda(lambda x: -x),
    Lambda(lambda x: x.abs()),
    Lambda(lambda x: x + 0.5),
    Lambda(lambda x: x * torch.tensor([1.0, 2.0, 3.0])),
    Lambda(lambda x: x.flip(1)),
    Lambda(lambda x: x.softmax(dim=0)),
    nn.BatchNorm1d(3, affine=False, eps=0.5),
]


@pytest.mark.parametrize("after", CHANGING, ids=lambda value: str(value))
def test_what_changes_the_logits_is_no_head(after) -> None:
    """Catches an activation that is the identity on this example's own logits."""
    model = net(after)
    with torch.no_grad():
        model[2].bias.fill_(4.0)  # logits positive and below 6 for this example
        model[2].weight.mul_(0.01)
    with pytest.raises(HeadError, match="no classifier head in Sequential") as caught:
        find_head(model, images())
    assert "  2: Linear (2, 7) → (2, 3)" in str(caught.value)
    assert "head=…" in str(caught.value)


@pytest.mark.parametrize(
    "after",
    [
        (nn.Flatten(),),
        (Lambda(lambda x: x.squeeze()),),
        (Lambda(lambda x: x[..., 0, 0]), nn.LogSoftmax(dim=1)),
        (),
    ],
    ids=["flatten", "squeeze", "index", "left spatial"],
)
@pytest.mark.parametrize("samples", [1, 4])
def test_a_convolution_is_a_head(after, samples: int) -> None:
    """Catches 1×1 heads being missed; with one sample `squeeze` would drop the sample axis."""
    head = find_head(conv_net(*after), images(samples))
    assert (head.name, head.kind, head.classes, head.width) == ("2", "conv1x1", 3, 6)


def test_a_convolution_that_is_pooled_afterwards_is_no_head() -> None:
    """Catches features of one position taken for the whole: the way out is named."""
    model = nn.Sequential(nn.Conv2d(2, 3, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(HeadError, match="pool before it") as caught:
        find_head(model, images())
    assert "0: Conv2d (2, 2, 4, 4) → (2, 3, 4, 4)" in str(caught.value)
    with pytest.raises(HeadError, match=r"input of head '0' has shape \(2, 2, 4, 4\)"):
        find_head(model, images(), head="0")


@pytest.mark.parametrize(
    ("form", "output", "name"),
    [
        ("tuple", 0, "digit"),
        ("tuple", 1, "colour"),
        ("tuple", -1, "colour"),
        ("dict", "digit", "digit"),
        ("dict", "colour", "colour"),
        ("logits key", None, "digit"),
        ("logits key", "other", "colour"),
        ("attribute", None, "digit"),
        ("attribute", "other", "colour"),
        ("with features", None, "digit"),
    ],
)
def test_output_picks_the_tensor(form: str, output, name: str) -> None:
    """Catches index 0 read as "not given", and an output that is always the first."""
    assert find_head(TwoHeads(form), images(), output=output).name == name


@pytest.mark.parametrize("form", ["tuple", "dict"])
def test_two_heads_without_a_choice_are_an_error_with_both_names(form: str) -> None:
    """Catches one of two heads being taken silently; naming it needs no output."""
    with pytest.raises(HeadError, match="several heads") as caught:
        find_head(TwoHeads(form), images())
    assert "'digit', 'colour'" in str(caught.value)
    assert find_head(TwoHeads(form), images(), head="colour").name == "colour"


@pytest.mark.parametrize("form", ["sum", "residual"])
def test_a_branch_that_joins_behind_the_head_is_seen(form: str) -> None:
    """Catches logits that hold only a part of the model's output."""
    with pytest.raises(HeadError, match="no classifier head in TwoHeads"):
        find_head(TwoHeads(form), images())


def test_layers_that_do_not_run_are_no_heads_but_are_listed() -> None:
    """Catches auxiliary heads of training mode counted as heads."""

    class Auxiliary(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.aux, self.fc = nn.Linear(32, 3), nn.Linear(32, 3)

        def forward(self, x):
            x = x.flatten(1)
            return (self.fc(x), self.aux(x)) if self.training else self.fc(x)

    model = Auxiliary().train()
    assert find_head(model, images()).name == "fc"
    with pytest.raises(HeadError, match=r"'aux' \(Linear\) did not run") as caught:
        find_head(model, images(), head="aux")
    assert "not run: aux (Linear)" in str(caught.value)


def test_a_shared_layer_that_runs_twice_is_no_head() -> None:
    """Catches features of the last of two views passed off as the model's."""

    class Views(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(32, 3)

        def forward(self, x):
            self.fc(x.flip(3).flatten(1))
            return self.fc(x.flatten(1))

    with pytest.raises(HeadError, match="ran 2 times"):
        find_head(Views(), images())
    with pytest.raises(HeadError, match=r"'fc' .* ran 2 times"):
        find_head(Views(), images(), head="fc")


def test_the_caller_may_name_a_head_that_the_search_refuses() -> None:
    """Catches `head=` being overruled; a module works as well as its name."""
    model = net(nn.ReLU())
    by_name, by_module = (find_head(model, images(), head=head) for head in ("2", model[2]))
    assert by_name == by_module
    assert by_name.relation == "named"
    assert by_name.module is model[2]


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("clasifier", "no module 'clasifier'; did you mean 'classifier'"),
        ("relu", r"'relu' \(ReLU\) did not run as a Linear"),
        (nn.Linear(3, 3), "not part of the model"),
    ],
)
def test_a_wrong_head_is_named_and_the_nearest_offered(head, says: str) -> None:
    """Catches a KeyError without candidates."""
    model = nn.Sequential()
    model.add_module("flat", nn.Flatten())
    model.add_module("relu", nn.ReLU())
    model.add_module("classifier", nn.Linear(32, 3))
    with pytest.raises(HeadError, match=says):
        find_head(model, images(), head=head)


@pytest.mark.parametrize(
    ("form", "output", "says"),
    [
        ("dict", "digits", r"output='digits' .*'digit': \(2, 3\).*did you mean 'digit'"),
        ("tuple", 2, r"output=2 .* a tuple \(0: \(2, 3\), 1: \(2, 3\)\)"),
        ("with features", 2, "2: NoneType"),
    ],
)
def test_a_wrong_output_lists_what_there_is(form: str, output, says: str) -> None:
    """Catches an IndexError or a None that reaches the numerics."""
    with pytest.raises(HeadError, match=says):
        find_head(TwoHeads(form), images(), output=output)


def test_no_tensor_in_the_result_is_an_error() -> None:
    """Catches detection models, whose results are lists of dictionaries."""
    with pytest.raises(HeadError, match=r"a list .*: no tensor in it"):
        find_head(net(Lambda(lambda x: [{"boxes": x}])), images())


def test_a_wrapper_with_effective_weight_wins_over_its_inner_layer() -> None:
    """Catches a masked layer around a Linear being reported as two heads."""

    class Wrapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(32, 3)

        def effective_weight(self):
            return self.inner.weight, self.inner.bias

        def forward(self, x):
            return self.inner(x)

    head = find_head(nn.Sequential(nn.Flatten(), Wrapped()), images())
    assert (head.name, head.kind) == ("1", "custom")
    masked = find_head(nn.Sequential(nn.Flatten(), MaskedLinear(32, 3)), images())
    assert (masked.name, masked.kind, masked.width) == ("1", "custom", 32)


def test_a_head_that_is_not_linear_is_refused() -> None:
    """Catches a cosine head whose rows and bias do not give its output."""

    class Cosine(nn.Linear):
        def forward(self, x):
            return nn.functional.linear(nn.functional.normalize(x), self.weight, self.bias)

    with pytest.raises(HeadError, match=r"'1' \(Cosine\) does not compute W·X \+ b"):
        find_head(nn.Sequential(nn.Flatten(), Cosine(32, 3)), images())


def test_a_diverged_model_still_has_a_head() -> None:
    """Catches NaN logits that compare equal to nothing."""
    model = net()
    torch.nn.init.constant_(model[2].weight, float("nan"))
    assert find_head(model, images()).name == "2"


def test_a_model_that_raises_is_named_with_its_batch() -> None:
    """Catches a bare shape error from the middle of somebody's model."""
    with pytest.raises(ForwardError) as caught:
        find_head(net(), torch.rand(4, 3, 4, 4))
    for text in ("Sequential failed", "(2, 3, 4, 4)", "torch.float32 on cpu", "RuntimeError"):
        assert text in str(caught.value)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_out_of_memory_is_passed_on_as_it_is() -> None:
    """Catches a caller that cannot halve its batch because the error has changed its type."""

    class Full(nn.Module):
        def forward(self, x):
            raise torch.cuda.OutOfMemoryError("full")

    with pytest.raises(torch.cuda.OutOfMemoryError):
        find_head(Full(), images())


@pytest.mark.parametrize("example", [torch.rand(0, 2, 4, 4), torch.tensor(1.0), "images"])
def test_an_example_must_be_a_batch(example) -> None:
    """Catches an empty loader's batch that fails deep inside."""
    with pytest.raises(HeadError, match="example must be a batch"):
        find_head(net(), example)


def test_a_model_without_linear_layers_says_so() -> None:
    """Catches an empty list of candidates."""
    with pytest.raises(HeadError, match="none: no Linear or 1×1 Conv2d layer in it"):
        find_head(nn.Flatten(), images())
