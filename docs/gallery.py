"""A gallery of saved pages: `python docs/gallery.py [store] [folder]`.

Writes one page a view and an index; by default from the demo's store into `docs/gallery`, which
git ignores.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path

import geowidgets as gw

HERE = Path(__file__).parent
PAGES = {
    "table": ("Every model on every benchmark", gw.EvaluationTable),
    "panels": ("Angle and length, a panel a class", gw.LocalGeometry),
    "axes": ("Angles to every class", gw.ParallelCoordinates),
    "explorer": ("Linked views in one output", gw.Explorer),
}


def build(store: gw.GeometryStore, folder: Path) -> Path:
    """Write every page and the index; the index's path."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, (title, kind) in PAGES.items():
        view = kind(store)
        page = view.save_html(folder / f"{name}.html", title=title)
        view.close()
        lines.append(f'<li><a href="{name}.html">{html.escape(title)}</a> ({page.size:,} bytes)')
    index = folder / "index.html"
    body = "\n".join(lines)
    index.write_text(
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>geowidgets</title>\n'
        f"<h1>Pages that live without a kernel</h1>\n<ul>\n{body}\n</ul>\n",
        encoding="utf-8",
    )
    return index


if __name__ == "__main__":
    source = sys.argv[1] if len(sys.argv) > 1 else "geowidgets-demo/digits.zarr"
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE / "gallery"
    print(build(gw.GeometryStore.open(source), target))
