"""Readers of public question sets; the data itself is never part of Byline."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from eval.cases import Suite
from eval.formats.beir import read_beir
from eval.formats.multihop import read_multihop
from eval.formats.qags import Judged, read_qags
from eval.formats.ramdocs import read_ramdocs
from eval.formats.realtimeqa import read_realtimeqa
from eval.formats.rgb import read_rgb
from eval.formats.squad import read_squad
from rag.errors import BadInput

__all__ = ["FORMATS", "Judged", "read", "read_qags"]

FORMATS: Mapping[str, Callable[..., Suite]] = {
    "beir": read_beir,
    "multihop": read_multihop,
    "ramdocs": read_ramdocs,
    "realtimeqa": read_realtimeqa,
    "rgb": read_rgb,
    "squad": read_squad,
}


def read(format: str, path: Path, **options: object) -> Suite:
    """Reads a suite from public data; options may be strings, as on the command line.

    Raises BadInput for an unknown format or option, or for data of another form.
    """
    reader = FORMATS.get(format)
    if reader is None:
        raise BadInput(f"There is no format {format!r}; give one of {', '.join(sorted(FORMATS))}.", field="format")
    suite = reader(path, **{name: _option(format, reader, name, value) for name, value in options.items()})
    if not suite.cases:
        raise BadInput(f"{path}: no question could be used. {' '.join(suite.notes)}".rstrip())
    _refuse_repeated(path, suite)
    return suite


def _option(format: str, reader: Callable[..., Suite], name: str, value: object) -> object:
    parameters = inspect.signature(reader).parameters.values()
    known = [told.name for told in parameters if told.kind is told.KEYWORD_ONLY]
    if name not in known:
        raise BadInput(f"{format} has no option {name!r}; it has {', '.join(known) or 'none'}.", field=name)
    kind = get_type_hints(reader)[name]
    try:
        return TypeAdapter(kind).validate_python(_listed(kind, value))
    except ValidationError as error:
        raise BadInput(f"{name}: {error.errors()[0]['msg'].lower()}, not {value!r}.", field=name) from error


def _listed(kind: object, value: object) -> object:
    """Splits the value of a tuple option: "0,0.4", one value, or several."""
    if get_origin(kind) is not tuple or isinstance(value, (tuple, list)):
        return value
    return value.split(",") if isinstance(value, str) else (value,)


def _refuse_repeated(path: Path, suite: Suite) -> None:
    seen: set[str] = set()
    for case in suite.cases:
        if case.id in seen:
            raise BadInput(f"{path}: two questions have the id {case.id!r}; give each its own.", field="id")
        seen.add(case.id)
