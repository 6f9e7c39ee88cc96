"""A notebook open in the browser: run it, wait for conditions, read it, photograph it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, Locator, Page

WAIT = 60_000  # ms; a limit for a hung machine, never a delay

OPENED = """() => window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')
  && window.jupyterapp.shell.currentWidget?.sessionContext"""
CONNECTED = """async () => {
  await window.jupyterapp.restored;
  const session = window.jupyterapp.shell.currentWidget.sessionContext;
  await session.ready;
  await session.session.kernel.info;
}"""
RUN_ALL = "() => void window.jupyterapp.commands.execute('notebook:run-all-cells')"
START_CELL = """index => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  window.jupyterapp.commands.execute('notebook:run-cell');
}"""
# A widget holds its last message back until the kernel has answered the one before: Python knows
# what the page shows once every message has been answered. A closed comm's are never.
ANSWERED = """async limit => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const open = () => [...kernel._futures.values()].some(({ msg }) =>
    msg.header.msg_type === 'comm_msg' && kernel._comms.has(msg.content.comm_id));
  const end = performance.now() + limit;
  for (let still = 0; still < 3 && performance.now() < end; still = open() ? 0 : still + 1) {
    await new Promise(done => setTimeout(done, 20));
  }
}"""
COUNT = """index =>
  window.jupyterapp.shell.currentWidget.content.widgets[index].model.executionCount"""
CELL = """index => {
  const model = window.jupyterapp.shell.currentWidget.content.widgets[index].model;
  const outputs = model.outputs.toJSON();
  const text = part => Array.isArray(part) ? part.join('') : part ?? '';
  return {
    running: model.executionState === 'running' || model.executionCount === null,
    error: outputs.filter(o => o.output_type === 'error')
      .map(o => `${o.ename}: ${o.evalue}`).join('; '),
    text: outputs.map(o => text(o.text ?? o.data?.['text/plain'])).join(''),
  };
}"""
# The attribute changes before the style sheet is there; without that nothing has its place. While
# the old sheet is there too, JupyterLab fails on another change.
THEMED = """dark => {
  const { jpThemeLight } = document.body.dataset;
  const background = getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim();
  const light = ['white', '#fff', '#ffffff'].includes(background.toLowerCase());
  const alone = document.querySelectorAll("link[href*='/themes/']").length === 1;
  return jpThemeLight === String(!dark) && background !== '' && light === !dark && alone;
}"""
THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
STOP_KERNEL = """async () => {
  const { sessionContext } = window.jupyterapp.shell.currentWidget;
  await sessionContext.shutdown();
}"""

KINDS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .map(cell => cell.model.type)"""


class Notebook:
    """One notebook in one page of the browser.

    Attributes:
        page: the Playwright page.
        errors: what the page's console called an error, and what was thrown and not caught.
        allowed: parts of console messages that are not errors in this test.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.errors: list[str] = []
        # JupyterLab logs failed requests of its own parts; ours make none.
        self.allowed = ["Failed to load resource"]
        page.set_default_timeout(WAIT)
        page.on("pageerror", self._thrown)
        page.on("console", self._said)
        page.goto(url)
        page.wait_for_function(OPENED)
        page.evaluate(CONNECTED)

    def _thrown(self, error: Error) -> None:
        # JupyterLab takes an old theme's sheet away twice when one change follows another quickly.
        stack = error.stack or ""
        if "removeChild" in error.message and "/static/lab/" in stack and "blob:" not in stack:
            return
        self.errors.append(f"uncaught: {error.message}\n{error.stack or ''}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(part in message.text for part in self.allowed):
            self.errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def run_all(self) -> None:
        """Run every cell, wait for the last one, and fail on the first that raised."""
        self.page.evaluate(RUN_ALL)
        for index, kind in enumerate(self.page.evaluate(KINDS)):
            if kind == "code":
                self.text(index)

    def count(self) -> int:
        """How many cells the notebook has."""
        return len(self.page.evaluate(KINDS))

    def start(self, index: int) -> None:
        """Start one cell and return at once."""
        self.page.evaluate(START_CELL, index)

    def text(self, index: int) -> str:
        """The text a cell printed once it has run; its error, if any, fails the test."""
        self.page.wait_for_function(f"index => !({CELL})(index).running", arg=index)
        state = self.page.evaluate(CELL, index)
        assert not state["error"], f"cell {index} raised {state['error']}"
        return state["text"].strip()

    def run(self, index: int) -> str:
        """Run one cell to its end, also for the second time, and return what it printed.

        It runs once the kernel has heard what the page had to say.
        """
        self.page.evaluate(ANSWERED, WAIT)
        before = self.page.evaluate(COUNT, index)
        self.start(index)
        changed = f"([index, before]) => ![null, before].includes(({COUNT})(index))"
        self.page.wait_for_function(changed, arg=[index, before])
        return self.text(index)

    def output(self, index: int) -> Locator:
        """The output area of one cell."""
        return self.page.locator(".jp-Cell").nth(index).locator(".jp-OutputArea")

    def theme(self, dark: bool) -> None:
        """Switch JupyterLab's theme and wait until the page has it."""
        if self.page.evaluate(THEMED, dark):
            return
        self.page.evaluate(THEME, "JupyterLab Dark" if dark else "JupyterLab Light")
        self.page.wait_for_function(THEMED, arg=dark)

    def stop_kernel(self) -> None:
        """End the kernel as the menu does; the page stays open."""
        # The widget manager logs, as an error, every message that it cannot deliver from now on.
        self.allowed.append("Could not send widget sync message")
        self.page.evaluate(STOP_KERNEL)

    def photograph(self, name: str, target: Locator | None = None) -> None:
        """Write `<name>.png` where $GEOWIDGETS_SCREENSHOTS points; nothing when it is unset."""
        if path := picture(name):
            (target or self.page).screenshot(path=path)

    def keep(self, name: str, source: Path) -> None:
        """Copy a picture that the page made to the same place."""
        if path := picture(name):
            shutil.copy(source, path)


def picture(name: str) -> Path | None:
    """Where a picture of that name goes, or None where nobody asked for pictures."""
    folder = os.environ.get("GEOWIDGETS_SCREENSHOTS")
    if not folder:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) / f"{name}.png"
