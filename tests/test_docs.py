"""The docs match the code."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_docs_show_what_the_commands_print() -> None:
    done = subprocess.run(
        [sys.executable, ".ci/refresh-docs", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )

    assert done.returncode == 0, f"`make docs` brings the docs up to date:\n{done.stdout}{done.stderr}"
