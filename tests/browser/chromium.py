"""Finds a Chromium or Chrome to drive, or installs one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
)
ADVICE = (
    "no Chromium or Chrome was found and none could be installed: install one (`python -m "
    "playwright install --with-deps chromium`) or leave the browser tests out (--no-browser-tests)"
)


class NoBrowserError(RuntimeError):
    """No browser is here and none can be had; the message says what to do."""


def starts(path: str | None) -> bool:
    """Whether the file at `path` runs: Ubuntu's `chromium-browser` may be an empty wrapper."""
    if not path or not Path(path).is_file():
        return False
    if path.startswith("C:"):  # Chrome on Windows opens a window on --version
        return True
    try:
        command = [path, "--version"]
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def installed() -> str | None:
    """Path of a Chromium or Chrome on the PATH or in one of the usual places."""
    candidates = [shutil.which(name) for name in NAMES] + list(PLACES)
    return next((path for path in candidates if starts(path)), None)


def from_playwright(install: bool) -> str | None:
    """Path of Playwright's own Chromium, downloaded first when `install` is set."""
    if install and not succeeds(sys.executable, "-m", "playwright", "install", "chromium"):
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if starts(path) else None


def from_debian() -> str | None:
    """Path of Debian's `chromium`, installed through apt-get when that can be done."""
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    install = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")
    if not succeeds(*install):
        succeeds("apt-get", "update")
        succeeds(*install)
    return installed()


def succeeds(*command: str) -> bool:
    """Whether the command ends with status 0; its output is kept out of the test report."""
    try:
        return subprocess.run(command, capture_output=True, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find() -> str:
    """Path of a browser that starts: installed, else Playwright's own, else Debian's.

    Raises:
        NoBrowserError: one line that says what to do.
    """
    path = installed() or from_playwright(False) or from_playwright(True) or from_debian()
    if path is None:
        raise NoBrowserError(ADVICE)
    return path
