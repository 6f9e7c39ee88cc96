"""`Explorer` in Python: one selection, one `Columns`, ordinary views."""

from __future__ import annotations

import pytest

import geowidgets as gw


def test_views_share_the_hubs(tiny_store) -> None:
    """Views with a selection each would not be linked."""
    explorer = gw.Explorer(tiny_store)
    for name in explorer.shown:
        view = getattr(explorer, name)
        assert view.selection is explorer.selection
        assert view.columns is explorer.columns
    assert explorer.shown == [
        "evaluation_table",
        "local_geometry",
        "similarity_map",
        "parallel_coordinates",
        "attribution_grid",
    ]
    explorer.close()


def test_hubs_and_views_reach_the_browser_as_references(tiny_store) -> None:
    """A view that is not synced leaves its place empty."""
    explorer = gw.Explorer(tiny_store, views=["evaluation_table"])
    state = explorer.get_state()
    for name in ("selection", "columns", "evaluation_table"):
        assert state[name] == f"anywidget:{getattr(explorer, name).model_id}"
    assert explorer.local_geometry is None
    explorer.close()


def test_closing_closes_the_views_and_own_hubs(tiny_store) -> None:
    """Views left open keep their comms, and every re-run of a cell adds more."""
    explorer = gw.Explorer(tiny_store)
    inside = [explorer.evaluation_table, explorer.local_geometry, explorer.selection]
    explorer.close()
    explorer.close()
    assert all(widget.comm is None for widget in inside)


def test_a_shared_selection_stays_open(tiny_store) -> None:
    """Closing an explorer must not take the user's own selection with it."""
    selection = gw.Selection(tiny_store)
    gw.Explorer(tiny_store, selection).close()
    assert selection.comm is not None
    selection.close()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"views": ["evaluation_tabel"]}, ValueError, "Did you mean 'evaluation_table'"),
        ({"views": ["local_geometry"] * 2}, ValueError, "each view once"),
        ({"veiws": []}, TypeError, "unknown option 'veiws'"),
    ],
)
def test_wrong_options_are_refused(tiny_store, options, error, words) -> None:
    """An option that is dropped in silence, or half an explorer left open."""
    with pytest.raises(error, match=words):
        gw.Explorer(tiny_store, **options)


def test_the_map_begins_when_the_explorer_is_seen(tiny_store) -> None:
    """A script that makes an explorer and never shows it pays for a map."""
    explorer = gw.Explorer(tiny_store)
    assert explorer.similarity_map.phase["name"] in ("waiting", "ready")
    explorer._handle_custom_msg({"type": "shown"}, [])
    explorer.similarity_map.wait(120)
    assert explorer.similarity_map.phase["name"] == "ready"
    explorer.close()
