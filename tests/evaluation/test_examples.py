"""The examples in the docstrings of the evaluation."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import geowidgets.evaluation

MODULES = [module.name for module in pkgutil.iter_modules(geowidgets.evaluation.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_say_what_comes_out(name: str) -> None:
    """An example that raises, or shows what the function no longer gives."""
    module = importlib.import_module(f"geowidgets.evaluation.{name}")
    assert doctest.testmod(module).failed == 0
