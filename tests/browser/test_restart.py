"""A kernel that is restarted under open views: they live on, say what they lack, and link again."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Open
from .notebook import WAIT
from .views import REPORT, Table, drag, inside, panel, report, setup

TABLE, LOCAL, ASK, ONE = 1, 2, 3, 4
LASSO = [(0.02, 0.02), (0.97, 0.03), (0.6, 0.7), (0.03, 0.97)]
EVERYTHING = [(0.001, 0.001), (0.999, 0.001), (0.999, 0.999), (0.001, 0.999)]
# As the menu does, without its question.
RESTART = """async () => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  await kernel.restart();
  await kernel.info;
}"""


def test_views_outlive_a_restart(open_notebook: Open, tiny_store) -> None:
    """Views that go blank or freeze with their kernel; a column awaited for ever; dead links."""
    cells = [
        setup(tiny_store),
        "table = gw.EvaluationTable(store, selection)\ntable",
        "local = gw.LocalGeometry(store, selection)\nlocal",
        REPORT,
        "1",
    ]
    notebook = open_notebook(cells, height=1700)
    notebook.allowed.append("Could not send widget sync message")
    notebook.run_all()
    table = Table(notebook.output(TABLE))
    table.wait()
    expect(panel(notebook.output(LOCAL))).to_be_visible()
    drag(notebook, 0, LASSO)
    expect(table.status).to_contain_text("samples selected")
    assert report(notebook, ASK)["samples"]

    notebook.page.evaluate(RESTART)
    drag(notebook, 1, EVERYTHING)
    table.expect_selected(int((tiny_store.labels() == 1).sum()), 599)
    local = notebook.output(LOCAL).locator(".gw-local")
    local.get_by_label("Model").select_option(index=2)
    expect(local).to_contain_text("kernel", timeout=WAIT)
    notebook.photograph("restarted")
    local.get_by_role("button", name="Undo").click()
    expect(panel(notebook.output(LOCAL))).to_be_visible()

    for cell in (ONE, ONE, ONE, 0, TABLE, LOCAL):  # a new kernel counts its cells from 1 again
        notebook.run(cell)
    table = Table(notebook.output(TABLE))
    table.wait()
    expect(panel(notebook.output(LOCAL))).to_be_visible()
    drag(notebook, 0, LASSO)
    said = report(notebook, ASK)
    samples = inside(said["clauses"][0], tiny_store)
    assert 0 < samples.size < 599
    assert said["samples"] == samples.tolist()
    table.expect_selected(samples.size, 599)
