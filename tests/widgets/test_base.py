from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import pytest
from ipywidgets.widgets.widget import _instances

import geowidgets as gw
from geowidgets.widgets import _bundles


def test_closed_widgets_are_freed(tiny_store):
    """Catches a reference from a module, a callback or a hub that keeps closed views alive."""
    gc.collect()
    before = set(_instances)
    kinds = (gw.LocalGeometry, gw.ParallelCoordinates, gw.EvaluationTable)
    views = [kind(tiny_store) for kind in kinds for _ in range(2)]
    dead = [weakref.ref(view) for view in views]
    dead += [weakref.ref(hub) for view in views for hub in (view.selection, view.columns)]
    assert len(set(_instances) - before) >= len(views)
    for view in views:
        view.close()
    del views, view
    gc.collect()
    assert [one() for one in dead] == [None] * len(dead)
    assert set(_instances) <= before, "others may have ended meanwhile"


def test_shared_hubs_outlive_one_view(tiny_store):
    """Catches a view that takes another view's hubs with it when it is closed."""
    selection = gw.Selection(tiny_store)
    first = gw.LocalGeometry(tiny_store, selection)
    second = gw.LocalGeometry(tiny_store, selection)
    columns = first.columns
    assert second.columns is columns
    first.close()
    assert columns.comm is not None
    second.close()
    assert columns.comm is None
    assert selection.comm is not None, "the user's own selection is the user's to close"


def test_own_selection_closes_with_its_view(tiny_store):
    """Catches a selection that nobody can reach any more but that stays open."""
    view = gw.LocalGeometry(tiny_store)
    selection = view.selection
    view.close()
    assert selection.comm is None


def test_view_id_stays(tiny_store):
    """Catches a clause that loses its owner when the notebook is saved and loaded."""
    view = gw.LocalGeometry(tiny_store)
    assert view.view_id == view.view_id
    assert view.get_state()["view_id"] == view.view_id
    assert gw.LocalGeometry(tiny_store).view_id != view.view_id
    view.selection.dispatch(
        {
            "type": "clause", "view": view.view_id, "set": view.selection.current_set,
            "pair": None, "predicate": {}, "mask": "A" * 100,
        }
    )  # fmt: skip


def test_bundle_travels_as_text_and_survives_saving(tiny_store):
    """Catches a saved page without code: defaults are dropped from it."""
    view = gw.LocalGeometry(tiny_store)
    saved = view.get_state(drop_defaults=True)
    assert "render" in saved["_esm"]
    assert ".gw-local" in saved["_css"]
    assert saved["selection"] == f"anywidget:{view.selection.model_id}"
    assert "_esm" in view.columns.get_state(drop_defaults=True)


def test_missing_bundle_says_how_to_build(tiny_store, tmp_path, monkeypatch):
    """Catches an empty output where the front end was never built."""
    monkeypatch.setattr(_bundles, "STATIC", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"has not been built.*npm run build"):
        gw.LocalGeometry(tiny_store)


def test_hot_reload_follows_a_rebuilt_bundle(tiny_store, tmp_path, monkeypatch):
    """Catches a development session in which the browser keeps the old code."""
    monkeypatch.setattr(_bundles, "STATIC", tmp_path)
    (tmp_path / "selection.js").write_text("export default {}")
    selection = gw.Selection(tiny_store)
    (tmp_path / "selection.js").write_text("export default { initialize() {} }")
    (tmp_path / "selection.css").write_text(".gw-root {}")
    _bundles.update([selection])
    assert "initialize" in selection._esm
    assert selection._css == ".gw-root {}"
    (tmp_path / "selection.js").unlink()
    _bundles.update([selection])
    assert "initialize" in selection._esm


def test_unknown_options(tiny_store):
    """Catches a misspelt option that is silently dropped."""
    with pytest.raises(TypeError, match=r"LocalGeometry\(\) got an unknown option 'axis'. Did"):
        gw.LocalGeometry(tiny_store, axis="each")
    with pytest.raises(TypeError, match="unknown option 'preloads'"):
        gw.Columns(tiny_store, preloads=[])


def test_hubs_have_no_view(tiny_store):
    """Catches an empty box where a selection is the last line of a cell."""
    assert gw.Selection(tiny_store)._repr_mimebundle_() is None


def test_widgets_need_no_torch():
    """Catches an import of torch by the widgets; proves that it would be seen."""
    script = (
        "import sys; sys.modules['torch'] = None\n"
        "import geowidgets.widgets.local_geometry, geowidgets.widgets.selection\n"
        "try:\n    import torch\nexcept ImportError:\n    print('blocked')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "blocked", done.stderr
