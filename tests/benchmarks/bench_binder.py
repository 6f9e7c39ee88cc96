"""Memory and start of a Binder session: `python -m tests.benchmarks.bench_binder PYTHON FOLDER`.

`PYTHON` is the interpreter of an environment made from `binder/requirements.txt`, `FOLDER` its
`notebooks/` after `binder/postBuild`. The server starts through `binder/start`. Printed are

* start: from the server's command to the first tutorial's views drawn in Chromium, all cells run;
* of that session and of every notebook run by `jupyter execute`: the most memory that its processes
  held at once, a page that several of them share counted once (Pss), the server's own added;
* every notebook's processor seconds, which others on the machine do not change.

Where this process may make a control group, the sessions live in one of 2 GB, as Binder's do.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.sections import replace_section
from tests.browser.chromium import ARGUMENTS, find
from tests.browser.lab import free_port

ROOT = Path(__file__).parents[2]
PAGE = Path(__file__).parent / "results" / "binder.md"
LIMIT = 2 * 2**30
START_SECONDS = 30.0
GROUP = Path("/sys/fs/cgroup/memory/geowidgets-binder")
FIRST = "01-first-look.ipynb"
RUN_ALL = "() => void window.jupyterapp.commands.execute('notebook:run-all-cells')"
READY = """() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel
  ?.status === 'idle'"""


class Memory(threading.Thread):
    """Watches what a process and all that it started hold; `most` bytes so far."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.most, self.ended = psutil.Process(root), 0, threading.Event()

    def run(self) -> None:
        """Look again and again until `ended`."""
        while not self.ended.wait(0.1):
            self.most = max(self.most, self.now())

    def now(self) -> int:
        """Bytes at this moment."""
        return sum(self._of_each(lambda one: one.memory_full_info().pss))

    def processor(self) -> float:
        """Processor seconds so far."""
        return sum(self._of_each(lambda one: sum(one.cpu_times()[:2])))

    def _of_each(self, ask: Callable[[psutil.Process], Any]) -> list[Any]:
        found = []
        with contextlib.suppress(psutil.Error):
            for one in [self.root, *self.root.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    found.append(ask(one))
        return found


def limited() -> bool:
    """Make a control group of 2 GB for the sessions; whether that was allowed."""
    try:
        GROUP.mkdir(exist_ok=True)
        (GROUP / "memory.limit_in_bytes").write_text(str(LIMIT))
    except OSError:
        return False
    return True


@contextlib.contextmanager
def session(command: list[str], folder: Path) -> Iterator[tuple[subprocess.Popen, Memory]]:
    """A command under `binder/start`, watched, and ended with all that it started."""
    own = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "OMP_NUM_THREADS")}
    own["PATH"] = f"{Path(command[0]).parent}:{own['PATH']}"
    join = f'[ -d {GROUP} ] && echo $$ > {GROUP}/cgroup.procs; exec {ROOT}/binder/start "$@"'
    process = subprocess.Popen(
        ["bash", "-c", join, "start", *command], cwd=folder, env=own,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    memory = Memory(process.pid)
    memory.start()
    try:
        yield process, memory
    finally:
        memory.ended.set()
        memory.join()
        if process.poll() is None:
            for one in psutil.Process(process.pid).children(recursive=True):
                one.terminate()
            process.terminate()
        process.wait(30)


def first_views(python: str, folder: Path, page: Page) -> tuple[float, float, int, int]:
    """The first tutorial to its views.

    Returns:
        Seconds by the clock, processor seconds of server and kernel, bytes at most, and the
        server's bytes alone.
    """
    port = free_port()
    command = [
        python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser",
        f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=",
    ]  # fmt: skip
    begun = time.monotonic()
    with session(command, folder) as (_, memory):
        while True:
            with contextlib.suppress(Exception):
                page.goto(f"http://127.0.0.1:{port}/doc/tree/{FIRST}", timeout=20_000)
                break
        server = memory.now()
        page.wait_for_function(READY)
        page.evaluate(RUN_ALL)
        page.locator(".gw-table[data-gw-state=ready]").first.wait_for()
        page.locator(".gw-local [data-panel]").first.wait_for()
        seconds, used = time.monotonic() - begun, memory.processor()
        page.locator(".gw-explorer .gw-table[data-gw-state=ready]").first.wait_for()
        page.locator(".gw-explorer .gw-map[data-gw-state=ready]").first.wait_for()
        return seconds, used, memory.most, server


def processor() -> float:
    """Processor seconds of every ended child so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def executed(python: str, notebook: Path) -> tuple[float, float, int]:
    """Seconds by the clock, of the processor, and bytes: a notebook from first to last cell."""
    begun, used = time.monotonic(), processor()
    command = [python, "-m", "jupyter", "execute", notebook.name]
    with session(command, notebook.parent) as (process, memory):
        if process.wait():
            raise RuntimeError(f"{notebook.name} ended with status {process.returncode}")
        return time.monotonic() - begun, processor() - used, memory.most


def main(python: str, folder: Path) -> None:
    """Measure, print, record."""
    group = limited()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1600, "height": 2400})
        page.set_default_timeout(180_000)
        # The best of three: the first also reads the environment from the disk.
        starts = [first_views(python, folder, page) for _ in range(3)]
        browser.close()
    seconds, used, most, server = min(starts)
    lines = [
        "| session | most memory with the server, MB | seconds by the clock | processor seconds |",
        "|---|---|---|---|",
        f"| {FIRST} in JupyterLab, to its first views | {most / 2**20:.0f} | {seconds:.0f} | "
        f"{used:.0f} |",
    ]  # fmt: skip
    found = [most]
    for notebook in sorted(folder.glob("[0-9]*.ipynb")):
        took, spent, held = executed(python, notebook)
        found.append(held + server)
        name, size = notebook.name, found[-1] / 2**20
        lines.append(f"| {name} | {size:.0f} | {took:.0f} | {spent:.0f} |")
        print(lines[-1], flush=True)
    words = (
        f"Sessions of an environment from `binder/requirements.txt` "
        f"{'in a control group of 2 GB' if group else 'without a control group'}; the server alone "
        f"holds {server / 2**20:.0f} MB. Bars: 2,048 MB each; {START_SECONDS:.0f} s to the first "
        f"views.\n\n" + "\n".join(lines)
    )
    replace_section(PAGE, "Binder", "memory and start", words)
    print(words)
    assert max(found) < LIMIT, f"{max(found) / 2**20:.0f} MB"
    assert seconds < START_SECONDS, f"{seconds:.1f} s to the first views"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
