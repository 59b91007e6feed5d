"""Checks the configuration and says how to fix it, without loading a model.

Each check is a function that returns one finding.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.text import Text

from rag.desk import Desk
from rag.errors import BylineError, ConfigError
from rag.settings import Setting, Settings, described, load_settings
from service.keys import is_loopback
from service.terminal import one_line

State = Literal["ok", "missing", "broken"]
TOP_LEVEL = ("rag", "service", "eval", "seeds")  # docs/decisions/013-top-level-packages-keep-their-names.md
STYLES: dict[State, str] = {"ok": "green", "missing": "yellow", "broken": "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `missing`: an optional setting is unset; `broken`: something does not work."""

    about: str
    state: State
    says: str
    mend: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """All settings and findings; `ok` unless something is broken."""

    version: str
    python: str
    settings: tuple[Setting, ...]
    findings: tuple[Finding, ...]
    clients: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        return all(finding.state != "broken" for finding in self.findings)


def examine(library: str | None = None, *, verify: bool = False) -> Health:
    """Checks the settings and everything they name; `library` overrides the setting; `verify` checks every hash."""
    try:
        settings = load_settings(library=library)
    except ConfigError as error:
        return _health((), (Finding("settings", "broken", str(error)),))
    health = _health(described(settings), tuple(_findings(settings, verify)))
    return replace(health, clients=client_lines(settings.library))


def show(health: Health, console: Console) -> None:
    """Prints the findings, then every setting and where it came from."""
    console.print(Text(f"Byline {health.version}, Python {health.python}\n", style="bold"))
    for finding in health.findings:
        line = Text(f"{finding.state:<8} ", style=STYLES[finding.state])
        console.print(line.append(one_line(f"{finding.about}: {finding.says}"), style="default"), soft_wrap=True)
        if finding.mend:
            console.print(f"         → {one_line(finding.mend)}", soft_wrap=True)
    if health.clients:
        console.print("\nTo use Byline from other programs, paste (docs/clients.md):\n")
    for client, lines in health.clients:
        console.print(Text(f"  {client}").append(f"\n    {one_line(lines)}", style="dim"), soft_wrap=True)
    if health.settings:
        console.print('\nSettings, as variables or in byline.toml (model = "…" for BYLINE_MODEL):\n')
    for setting in health.settings:
        line = Text(f"  {setting.name:<25} {one_line(setting.value) or '-':<18} ")
        console.print(line.append(f"{setting.source}: {setting.meaning}", style="dim"), soft_wrap=True)


def _health(settings: tuple[Setting, ...], findings: tuple[Finding, ...]) -> Health:
    return Health(importlib.metadata.version("byline"), platform.python_version(), settings, findings)


def _findings(settings: Settings, verify: bool) -> Iterator[Finding]:
    yield _library(settings, verify)
    for about, name in (("embedding model", settings.embedding_model), ("reranker", settings.reranker)):
        if name is not None:
            yield _local_model(about, name)
    yield _checker(settings)
    if settings.model is None:
        says = "none is configured; answers are extracted from the articles"
        yield Finding("language model", "missing", says, "set BYLINE_MODEL, and your key in its provider's variable")
    else:
        yield from (_language_model(model, settings) for model in (settings.model, *settings.fallback_models))
    yield _keys(settings)
    yield _packages()


def _library(settings: Settings, verify: bool) -> Finding:
    place = settings.library if settings.library.startswith("milvus:") else Path(settings.library).expanduser()
    try:
        with closing(Desk.open(settings.model_copy(update={"checker": "words"}))) as desk:  # it has its own finding
            count = desk.library.count()
            desk.library.check()
            if verify:
                desk.library.verify()
    except BylineError as error:
        return Finding("library", "broken", str(error))
    if not count:
        return Finding("library", "missing", f"{place} holds no articles yet", "byline ingest PATH…")
    whole = "; every hash matches" if verify else ""
    return Finding("library", "ok", f"{place} holds {count:,} {'article' if count == 1 else 'articles'}{whole}")


def _local_model(about: str, name: str) -> Finding:
    if Path(name).expanduser().is_dir():
        return Finding(about, "ok", f"the folder {name}")
    if name.startswith((".", "/", "~")):
        mend = f"set BYLINE_{about.upper().replace(' ', '_')} to an existing folder, or unset it"
        return Finding(about, "broken", f"there is no folder {name}", mend)
    return Finding(about, "ok", f"{name}, downloaded at its first use if needed")


def _checker(settings: Settings) -> Finding:
    """Who decides on claims that the word rules leave undecided."""
    name = settings.checker or ("model" if settings.model else "words")
    if name == "words":
        return Finding("checker", "ok", "word rules alone decide; undecided sentences are replaced by quotations")
    if name == "model":
        if settings.model is None:
            mend = "set BYLINE_MODEL, or unset BYLINE_CHECKER"
            return Finding("checker", "broken", "BYLINE_CHECKER is model, but no model is configured", mend)
        return Finding("checker", "ok", f"the configured model, {settings.model}, gives a second opinion")
    if name.startswith("model:"):
        found = _language_model(name.removeprefix("model:").strip(), settings)
        says = found.says if found.mend else f"a second opinion of {found.says}"
        return replace(found, about="checker", says=says)
    return _local_model("checker", name)


def _language_model(model: str, settings: Settings) -> Finding:
    """Checks that the model's provider is known and its variables are set; sends no request."""
    litellm = _litellm()
    try:
        _, provider, _, usual_base = litellm.get_llm_provider(model)
    except Exception:  # litellm raises several private classes
        says = f"litellm does not know the provider of {model}"
        return Finding("language model", "broken", says, "write it as provider/model, such as ollama/llama3.2")
    own = settings.model is None or provider == _provider(settings.model)
    if own and (settings.api_base or settings.api_key):
        where = f" at {re.sub(r'//[^/@]+@', '//***@', settings.api_base)}" if settings.api_base else ""
        return Finding("language model", "ok", f"{model}{where}")
    wanted = litellm.validate_environment(model)["missing_keys"]
    missing = [name for name in wanted if not (usual_base and name.endswith("_API_BASE"))]
    if not missing:
        return Finding("language model", "ok", model)
    says = f"{model} needs {' or '.join(missing)}"
    return Finding("language model", "broken", says, f"export {missing[0]}=…{', or BYLINE_API_KEY' if own else ''}")


def _provider(model: str) -> str | None:
    """litellm's name of a model's provider; None if unknown."""
    try:
        return str(_litellm().get_llm_provider(model)[1])
    except Exception:  # as above
        return None


def _keys(settings: Settings) -> Finding:
    if settings.keys:
        return Finding("service", "ok", f"accepts {len(settings.keys)} keys")
    if is_loopback(settings.host):
        return Finding("service", "ok", "serves only this machine, without keys")
    mend = "set BYLINE_KEYS=name:read+write:SECRET"
    return Finding("service", "broken", f"serving {settings.host} needs keys", mend)


def _packages() -> Finding:
    """Checks that no other installed distribution has packages with Byline's top-level names."""
    owners = importlib.metadata.packages_distributions()
    clashes = {name: owner for name in TOP_LEVEL for owner in owners.get(name, ()) if owner.lower() != "byline"}
    if not clashes:
        return Finding("packages", "ok", f"{', '.join(TOP_LEVEL)} are Byline's own")
    says = "; ".join(f"{owner} also installs {name}" for name, owner in clashes.items())
    return Finding("packages", "broken", says, "install Byline into its own environment, with pipx or uv")


def client_lines(library: str) -> tuple[tuple[str, str], ...]:
    """Configuration to paste into chat clients and agents: (client, lines)."""
    program = str(Path(sys.argv[0]).resolve())
    arguments = ["mcp", "--library", str(Path(library).expanduser()) if ":" not in library else library]
    mcp = {"command": program, "args": arguments}
    return (
        ("Claude Desktop, Cursor and other MCP clients", json.dumps({"mcpServers": {"byline": mcp}})),
        ("VS Code (.vscode/mcp.json)", json.dumps({"servers": {"byline": mcp}})),
        ("Claude Code", shlex.join(["claude", "mcp", "add", "byline", "--", program, *arguments])),
        ("OpenAI-compatible clients, with byline serve", "http://127.0.0.1:8000/v1, any key, model byline"),
    )


def _litellm() -> Any:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    litellm.suppress_debug_info = True
    return litellm
