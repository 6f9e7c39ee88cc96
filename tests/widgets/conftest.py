from __future__ import annotations

from collections.abc import Iterator

import pytest
from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances

import geowidgets as gw


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
