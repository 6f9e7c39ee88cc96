"""A real JupyterLab server of our own, and a notebook opened in it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
KERNEL = "geowidgets-tests"
SETTINGS = {
    "apputils-extension/notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
    "docmanager-extension/plugin": {"autosave": False},
}


class Lab:
    """One running JupyterLab: `url` and the folder `root` that it serves."""

    def __init__(self, url: str, root: Path) -> None:
        self.url = url
        self.root = root

    def write(self, name: str, cells: list[str]) -> str:
        """Save a notebook of code cells; its kernelspec is named, or a dialog would block."""
        import nbformat
        from nbformat.v4 import new_code_cell, new_notebook

        spec = {"name": KERNEL, "display_name": KERNEL, "language": "python"}
        notebook = new_notebook(
            cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": spec}
        )
        nbformat.write(notebook, self.root / name)
        return f"{self.url}/doc/tree/{name}"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(home: Path) -> dict[str, str]:
    """The server's environment: none of the user's own Jupyter settings reach it."""
    folders = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
    }
    for name, values in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    spec = home / "data" / "kernels" / KERNEL / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": KERNEL, "language": "python"}))
    return {
        **os.environ,
        **{key: str(path) for key, path in folders.items()},
        "OMP_NUM_THREADS": "1",
        "PYTHONWARNINGS": "",
    }


@contextlib.contextmanager
def serve(home: Path) -> Iterator[Lab]:
    """Start JupyterLab on a free port, wait until it listens, stop it afterwards.

    Raises:
        RuntimeError: the server ended before it listened; its own words are in the message.
    """
    root = home / "root"
    root.mkdir()
    port = free_port()
    options = [
        "--no-browser",
        "--allow-root",
        "--expose-app-in-browser",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={root}",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        "--LabApp.extension_manager=readonly",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    try:
        wait_until_listening(process)
        yield Lab(f"http://127.0.0.1:{port}", root)
    finally:
        process.terminate()
        process.wait(30)
        if process.stderr:
            process.stderr.close()


def wait_until_listening(process: subprocess.Popen[str]) -> None:
    """Read the server's log up to the line that gives its address, then keep it drained."""
    said: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        if re.search(r"is running at:?", line):
            threading.Thread(target=drain, args=(process.stderr,), daemon=True).start()
            return
    raise RuntimeError(f"JupyterLab ended before it listened:\n{''.join(said[-30:])}")


def drain(stream: IO[str]) -> None:
    """Read to the end: a full pipe would stop the server."""
    with contextlib.suppress(ValueError):  # closed under us when the server has ended
        for _ in stream:
            pass
