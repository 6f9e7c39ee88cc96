from __future__ import annotations

from collections.abc import Iterator

import pytest
from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances
from torch import nn

import geowidgets as gw
from geowidgets.training import WeightRecord, train


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """No widget outlives its test."""
    yield
    for widget in list(_instances.values()):
        widget.close()


@pytest.fixture
def selection(tiny_store: gw.GeometryStore) -> gw.Selection:
    """A fresh selection on the tiny store."""
    return gw.Selection(tiny_store)


def from_browser(widget: Widget, state: dict) -> None:
    """Hand `widget` an update as the comm does."""
    widget._handle_msg({"content": {"data": {"method": "update", "state": state}}, "buffers": []})


@pytest.fixture(scope="session")
def recorded() -> tuple[nn.Module, WeightRecord]:
    """LeNet-300-100 on small digits, and its weights over two epochs."""
    data = gw.datasets.digits(16, "train")
    net = gw.zoo.lenet300_100(10, 1, 16)
    record = WeightRecord(layers=["fc2", "fc1"])
    train(
        net, data.images, data.labels, epochs=2, lr=0.1, device="cpu", progress=False,
        record=record,
    )  # fmt: skip
    return net, record
