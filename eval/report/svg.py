"""SVG tags with everything in them escaped."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

NOTHING = Markup("")


def tag(name: str, style: str = "", *inside: Markup | str, **attributes: float | str) -> Markup:
    """One element of the class `style`. Numbers are rounded to tenths; underscores in names become dashes."""
    given = {"class": style, **attributes} if style else dict(attributes)
    written = Markup("").join(
        Markup(' {}="{}"').format(key.replace("_", "-"), _tenth(value)) for key, value in given.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, join(escape(part) for part in inside))


def drawing(told: str, width: float, height: float, inside: Markup, style: str = "chart") -> Markup:
    """A drawing that is read out as `told`."""
    return tag("svg", style, inside, viewBox=f"0 0 {width:g} {height:g}", role="img", aria_label=told)


def join(parts: Iterable[Markup]) -> Markup:
    """The parts one after another."""
    return NOTHING.join(parts)


def _tenth(value: float | str) -> str:
    return value if isinstance(value, str) else f"{round(value, 1):g}"
