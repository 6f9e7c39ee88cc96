"""The bench itself: a notebook runs, errors of a page are seen."""

from __future__ import annotations

from .conftest import Open

WIDGET = """
import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = \"\"\"export default { render({ model, el }) {
      el.textContent = "count " + model.get("value");
      setTimeout(() => { throw new Error("seen"); });
      console.error("heard");
    } }\"\"\"
    value = traitlets.Int(0).tag(sync=True)
Counter(value=3)
"""


def test_widget_appears_python_answers_and_errors_are_seen(open_notebook: Open) -> None:
    """A bench that looks at a notebook that never ran, or misses its errors, passes everything."""
    notebook = open_notebook([WIDGET, "print(6 * 7)"])
    with notebook.page.expect_event("pageerror"):
        notebook.run_all()
    assert notebook.output(0).get_by_text("count 3").is_visible()
    assert notebook.text(1) == "42"
    assert any("seen" in error for error in notebook.errors)
    assert any("heard" in error for error in notebook.errors)
    notebook.errors.clear()
