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


def test_the_fitted_weights_and_the_commands_that_fit_them_exist() -> None:
    section = (ROOT / "docs/benchmarks.md").read_text("utf-8").partition("## Fitted weights")[2]
    rows = [re.findall(r"`([^`]+)`", row) for row in section.splitlines() if "`rag/" in row]
    files = [next(one for one in row if one.startswith("rag/")) for row in rows]

    assert len(rows) >= 5
    for row, file in zip(rows, files, strict=True):
        names = row[: row.index(file)]
        code = (ROOT / file).read_text("utf-8")
        assert not [name for name in names if not re.search(rf"^(?:.*, )?{name}\b.* = ", code, re.MULTILINE)], file
        for command in (one for one in row if one.startswith("eval.")):
            module = (ROOT / f"{command.split()[0].replace('.', '/')}.py").read_text("utf-8")
            assert not [option for option in re.findall(r"--[a-z]+", command) if f'"{option}"' not in module], command


def test_the_links_between_the_docs_lead_somewhere() -> None:
    docs = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    links = [(doc, link) for doc in docs for link in re.findall(r"\]\(([^)\s]+)\)", doc.read_text("utf-8"))]

    assert not [f"{doc.name}: {link}" for doc, link in links if not link.startswith("http") and not _leads(doc, link)]


def _leads(doc: Path, link: str) -> bool:
    """Tells whether the file, and the heading if one is named, exist."""
    name, _, heading = link.partition("#")
    target = doc.parent / name if name else doc
    if not target.exists() or not heading:
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
    return heading in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
