from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from geowidgets.widgets.attribution_rows import rows

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "grid_rows.json").read_text())
MODELS = [SimpleNamespace(**one) for one in VECTORS["models"]]
EMPTY = {"models": None, "pairs": None, "reference": [0, 0], "compared": None}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_rows(case):
    """Catches other rows in Python than in the page, and model 0 taken for none."""
    state = {**EMPTY, **case["state"]}
    assert rows(MODELS, VECTORS["benchmarks"], state) == case["rows"]
