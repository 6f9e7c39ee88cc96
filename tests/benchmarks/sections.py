"""Results pages whose sections are replaced one by one."""

from __future__ import annotations

import datetime
import os
from pathlib import Path


def replace_section(page: Path, title: str, name: str, text: str) -> None:
    """Put a dated section into a page of that title, in place of the one of the same name."""
    sections = {}
    if page.exists():
        for section in page.read_text(encoding="utf-8").split("\n## ")[1:]:
            heading, _, body = section.partition("\n\n")
            sections[heading] = body.strip()
    sections[name] = f"{datetime.date.today()}, {os.cpu_count()} CPU cores. {text.strip()}"
    page.parent.mkdir(exist_ok=True)
    body = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in sorted(sections.items()))
    page.write_text(f"# {title}\n\n{body}\n", encoding="utf-8")
