"""The docs match the code."""

import re
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


def test_the_files_that_the_guides_name_exist() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.*") if ".venv" not in path.parts}
    named = {
        name
        for guide in ("docs/how-it-works.md", "CONTRIBUTING.md")
        for name in re.findall(r"`([\w./-]+\.(?:py|js|toml|md|jsonl))`", (ROOT / guide).read_text("utf-8"))
    }

    assert not [name for name in named if not any(f"/{file}".endswith(f"/{name}") for file in files)]


def test_the_files_to_change_exist() -> None:
    section = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Finding your way")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| to ")]

    assert len(rows) >= 10
    assert not [name for row in rows for name in re.findall(r"`(\w+/[\w./]+)`", row) if not (ROOT / name).exists()]
