"""Results pages whose sections are replaced one by one, and studies that fill them."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

Found = tuple[list[str], list[str]]  # lines of a section, bars that were missed


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


def replace_tables(page: Path, title: str, name: str, text: str) -> None:
    """Put the tables of `text` in place of those of the same first heading, and today's date.

    What people wrote around them stays; a table that is not there yet comes last. A section that is
    not there yet becomes all of `text`.
    """
    written = page.read_text(encoding="utf-8") if page.exists() else ""
    heading = f"\n## {name}\n\n"
    if heading not in written:
        replace_section(page, title, name, text)
        return
    before, _, rest = written.partition(heading)
    section, mark, after = rest.partition("\n## ")
    blocks = section.strip().split("\n\n")
    blocks[0] = re.sub(r"^\d{4}-\d\d-\d\d", str(datetime.date.today()), blocks[0])
    for table in (block for block in text.strip().split("\n\n") if block.startswith("|")):
        first = table[: table.index("|", 1) + 1]
        places = [k for k, block in enumerate(blocks) if block.startswith(first)]
        if places:
            blocks[places[0]] = table
        else:
            blocks.append(table)
    body = "\n\n".join(blocks)
    page.write_text(f"{before}{heading}{body}\n{mark}{after}", encoding="utf-8")


def run_parts(
    parts: Iterable[str], run: Callable[[str], Found], page: Path, title: str, dry: bool
) -> int:
    """Print what each part finds, and put it into the page unless `dry`; 1 on a missed bar."""
    missed = []
    for part in parts:
        lines, failures = run(part)
        verdict = "Bar met." if not failures else "**Bar missed**: " + "; ".join(failures)
        text = "\n".join([*lines, "", verdict])
        print(f"## {part}\n\n{text}\n", flush=True)
        if not dry:
            replace_section(page, title, part, text)
        missed += failures
    return 1 if missed else 0
