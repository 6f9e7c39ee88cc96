"""The pages in docs/ lead somewhere, and the gallery can be made."""

from __future__ import annotations

import importlib.util
import re

import pytest

from tests.lint import ROOT

PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page) -> None:
    """A page that moved, or was never written."""
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_gallery_can_be_made(tiny_store, tmp_path) -> None:
    """A command that fails for the first teacher who uses it; an index without its pages."""
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "docs" / "gallery.py")
    assert spec and spec.loader
    gallery = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gallery)
    index = gallery.build(tiny_store, tmp_path / "gallery")
    pages = re.findall(r'href="([^"]+)"', index.read_text())
    assert len(pages) == 4
    assert all((index.parent / page).stat().st_size > 100_000 for page in pages)
