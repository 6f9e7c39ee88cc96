"""The bench itself: a notebook runs, errors of a page are seen."""

from __future__ import annotations

from .conftest import Open

WIDGET = """
import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = \"\"\"export default {{ render({{ model, el }}) {{
      el.textContent = "count " + model.get("value");
      {extra}
    }} }}\"\"\"
    value = traitlets.Int(0).tag(sync=True)
Counter(value=3)
"""


def test_widget_appears_and_python_answers(open_notebook: Open) -> None:
    """A bench that looks at a notebook that never ran would pass every other test's setup."""
    notebook = open_notebook([WIDGET.format(extra=""), "print(6 * 7)"])
    notebook.run_all()
    assert notebook.output(0).get_by_text("count 3").is_visible()
    assert notebook.text(1) == "42"


def test_errors_of_the_page_are_collected(open_notebook: Open) -> None:
    """An error thrown in a widget's callback must not go unseen."""
    extra = "setTimeout(() => { throw new Error('seen'); }); console.error('heard');"
    notebook = open_notebook([WIDGET.format(extra=extra)])
    with notebook.page.expect_event("pageerror"):
        notebook.run_all()
    assert any("seen" in error for error in notebook.errors)
    assert any("heard" in error for error in notebook.errors)
    notebook.errors.clear()
