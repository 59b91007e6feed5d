"""Writes a report's file from its template, style and script.

The page's content security policy allows only this style and this script, and loads nothing: text of questions,
answers and articles stays text.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval import figures
from eval.comparing import Comparison
from eval.report.pages import page_of
from eval.runs import Run
from eval.scores import Scores

FILE = "report.html"


def write_report(
    folder: Path, run: Run, scores: Scores, comparison: Comparison | None = None, *, old: Run | None = None
) -> Path:
    """Writes report.html into the folder. With a comparison, `old` is the run whose replies are shown beside."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    file.write_text(render(run, scores, comparison, old), encoding="utf-8")
    return file


def render(run: Run, scores: Scores, comparison: Comparison | None = None, old: Run | None = None) -> str:
    """Renders the report's HTML."""
    environment = Environment(
        loader=PackageLoader("eval.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=figures.number, signed=figures.signed, interval=figures.interval, probability=figures.probability
    )
    environment.globals["counted"] = figures.counted
    style, script = (_asset(name) for name in ("report.css", "report.js"))
    return environment.get_template("report.html.j2").render(
        page=page_of(run, scores, comparison, old),
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
    )


def _asset(name: str) -> str:
    """One of the report's own files, which is not escaped."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    allowed = f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
