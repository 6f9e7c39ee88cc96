"""`jupyter nbconvert --to geowidgets`: a notebook as one HTML file in which its views are alive."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib.util
import os
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from jinja2 import pass_context
from nbconvert.exporters.html import HTMLExporter
from nbconvert.preprocessors.base import Preprocessor
from traitlets import default

from geowidgets.widgets import _bundles, kept_state, packing

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
# nbconvert's own page without what comes from a network: RequireJS, MathJax, Mermaid, widgets.
TEMPLATE = """{%- extends 'index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block footer_js -%}{{ resources.geowidgets }}{%- endblock -%}
"""
_CODE = re.compile(r"(<(pre|code)\b.*?</\2>)", re.DOTALL)
_MATHS = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(\S(?:[^$\n]*\S)?)\$(?!\d)", re.DOTALL)


class NotebookPage(HTMLExporter):
    """One file without a network and without a kernel; its views are linked across cells.

    What they need comes from the widget state that is saved with the notebook (`keep_alive`).
    With `--execute` nothing else is needed: the kernel is told to keep it.

    $ jupyter nbconvert --to geowidgets --execute 01-first-look.ipynb
    """

    export_from_notebook = "HTML with live geowidgets"

    @default("raw_template")
    def _own_template(self) -> str:
        return TEMPLATE

    @default("embed_images")
    def _embed_images(self) -> bool:
        return True

    def _init_preprocessors(self) -> None:
        super()._init_preprocessors()
        self.register_preprocessor(MountViews, enabled=True)

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> Any:
        """The page of a notebook, executed first where nbconvert is asked to."""
        with _kept():
            return super().from_notebook_node(nb, resources, **options)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Markdown as HTML, formulas as MathML, which needs no script."""
        return with_maths(super().markdown2html(context, source))


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """Tell kernels that start meanwhile to keep what their views need."""
    before = os.environ.get(kept_state.VARIABLE)
    os.environ[kept_state.VARIABLE] = before or "state"
    try:
        yield
    finally:
        if before is None:
            del os.environ[kept_state.VARIABLE]
        else:
            os.environ[kept_state.VARIABLE] = before


class MountViews(Preprocessor):
    """Puts a place for the page's own script where an output shows one of our widgets."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Replace outputs, and keep the page's data for the template."""
        saved = nb.metadata.pop("widgets", {}).get(STATE, {}).get("state", {})
        ours = {name: one for name, one in saved.items() if _is_ours(one)}
        for cell in nb.cells:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                for kind in (VIEW, kept_state.CHART):
                    view = data.pop(kind, {}).get("model_id")
                    if view in ours:
                        output.data = {"text/html": f'<div data-gw-view="{view}"></div>'}
        resources["geowidgets"] = document_part(ours) if ours else ""
        return nb, resources


def _is_ours(record: dict[str, Any]) -> bool:
    state = record.get("state", {})
    return str(state.get("_anywidget_id", "")).startswith("geowidgets.") and "_esm" in state


def document_part(records: dict[str, dict[str, Any]]) -> str:
    """The end of a page that brings saved widgets to life: data, style, script.

    Args:
        records: model id → what a notebook's metadata hold of it: `state` and `buffers`.
    """
    parts = packing.Parts()
    widgets, bundles, columns = {}, {}, {}
    for name, record in records.items():
        state = _with_buffers(record)
        script, style = state["_esm"], state.get("_css", "")
        bundle = hashlib.sha256(script.encode()).hexdigest()[:16]
        bundles[bundle] = {"script": script, "style": style}
        if state["_anywidget_id"].endswith(".Columns"):
            columns[name] = _packed(state.pop("preloaded"), parts)
        own = {key: value for key, value in state.items() if key[0] != "_" and key != "layout"}
        widgets[name] = {"bundle": bundle, "state": parts.extract(own)}
    header = {
        "views": [], "widgets": widgets, "bundles": bundles, "columns": columns,
        "images": {name: {} for name in columns}, "missing": "", "picture": None,
    }  # fmt: skip
    script = _bundles.script("notebook_page").replace("</script", "<\\/script")
    return (
        f"<style>{_bundles.style('notebook_page')}</style>\n"
        f'<script type="text/plain" id="geowidgets-data">{packing.pack(header, parts)}</script>\n'
        f'<script type="module">{script}</script>\n'
    )


def _with_buffers(record: dict[str, Any]) -> dict[str, Any]:
    """A saved state with its byte strings in their places."""
    state = dict(record["state"])
    for one in record.get("buffers", []):
        *way, last = one["path"]
        inner: Any = state
        for step in way:
            # Of what is on the way only copies are changed.
            inner[step] = inner[step].copy()
            inner = inner[step]
        inner[last] = base64.b64decode(one["data"])
    return state


def _packed(preloaded: dict[str, Any], parts: packing.Parts) -> dict[str, Any]:
    """Columns as a saved page packs them."""
    return {
        key: packing.column(
            np.frombuffer(one["data"], np.dtype(one["dtype"])).reshape(one["shape"]),
            parts,
            exact=key.startswith("moments/"),
        )
        for key, one in preloaded.items()
    }


def with_maths(page: str) -> str:
    """HTML with TeX between dollar signs as MathML; as it is where latex2mathml is missing."""
    if importlib.util.find_spec("latex2mathml") is None:
        return page
    pieces = _CODE.split(page)  # text, code, name of its tag, text, …
    found = [_MATHS.sub(_mathml, piece) for piece in pieces[::3]]
    pieces[::3] = found
    return "".join(piece for k, piece in enumerate(pieces) if k % 3 != 2)


def _mathml(match: re.Match[str]) -> str:
    import html

    from latex2mathml.converter import convert

    block, inline = match.groups()
    try:
        return convert(html.unescape(block or inline), display="block" if block else "inline")
    except Exception:  # whatever it cannot read is shown as it was written
        return match[0]
