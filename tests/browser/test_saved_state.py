"""A notebook saved with its widgets' state and opened again in JupyterLab without being run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator

import nbclient
import nbformat
import pytest
from nbformat.sign import NotebookNotary
from playwright.sync_api import BrowserContext, expect

import geowidgets as gw

from .conftest import Open
from .lab import KERNEL, Lab
from .notebook import Notebook
from .same_brushes import Brushed
from .views import setup

STATE = "application/vnd.jupyter.widget-state+json"
VIEWS = ["gw.EvaluationTable(store, selection)", "gw.LocalGeometry(store, selection)"]
TOGGLE = """() => window.jupyterapp.commands.execute(
  '@jupyter-widgets/jupyterlab-manager:saveWidgetState')"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"


@pytest.fixture
def reopen(lab: Lab, context: BrowserContext) -> Iterator[Callable[[str], Notebook]]:
    """`reopen(name)`: a notebook of the server's folder, trusted, opened and not run."""
    opened: list[Notebook] = []

    def open_(name: str) -> Notebook:
        page = context.new_page()
        page.set_viewport_size({"width": 1600, "height": 1700})
        opened.append(Notebook(page, f"{lab.url}/doc/tree/{name}"))
        return opened[-1]

    yield open_
    for notebook in opened:
        notebook.stop_kernel()
        notebook.page.close()
    assert [error for one in opened for error in one.errors] == []


def executed(store: gw.GeometryStore, lab: Lab, cells: list[str], name: str) -> None:
    """Write a notebook executed without a page, and trust it as `jupyter trust` does."""
    path = lab.root / name
    lab.write(name, cells)
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    notebook.metadata["kernelspec"] = {"name": KERNEL, "display_name": KERNEL}
    nbformat.write(notebook, path)
    notary = NotebookNotary(data_dir=str(lab.root.parent / "data"))
    notary.sign(nbformat.read(path, as_version=4))
    notary.store.close()


def test_executed_without_a_page_and_reopened(reopen, lab: Lab, tiny_store) -> None:
    """Views of a notebook that a batch job ran: dead, not linked, or with other counts."""
    executed(tiny_store, lab, [setup(tiny_store), *VIEWS, "gw.keep_alive()"], "batch.ipynb")
    notebook = reopen("batch.ipynb")
    Brushed(notebook.page).run(tiny_store)


def test_saved_by_jupyterlab_and_reopened(open_notebook: Open, reopen, lab, tiny_store) -> None:
    """What a page fetched is not saved with it, or others' numbers are under its names."""
    notebook = open_notebook([setup(tiny_store), *VIEWS], height=1700)
    notebook.run_all()
    Brushed(notebook.page).run(tiny_store)
    name = notebook.page.url.rpartition("/")[2]
    notebook.page.evaluate(TOGGLE)
    try:
        notebook.page.evaluate(SAVE)
    finally:
        notebook.page.evaluate(TOGGLE)
    saved = json.loads((lab.root / name).read_text())
    assert len(saved["metadata"]["widgets"][STATE]["state"]) >= 4
    # Under another name: a page of the same notebook would share the kernel, which knows all.
    shutil.copy(lab.root / name, lab.root / "copy.ipynb")
    again = reopen("copy.ipynb")
    Brushed(again.page).run(tiny_store)
    local = again.page.locator(".gw-local")
    local.get_by_label("Model").select_option(index=2)
    expect(local).to_contain_text("not saved with the notebook; run the notebook's cells")
    again.photograph("reopened")
