"""Creates SVG tags with escaped content."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

NOTHING = Markup("")


def tag(name: str, style: str = "", *inside: Markup | str, **attributes: float | str) -> Markup:
    """Creates an element of the class `style`; numbers are rounded to tenths, underscores in names become dashes."""
    given = {"class": style, **attributes} if style else dict(attributes)
    written = Markup("").join(
        Markup(' {}="{}"').format(key.replace("_", "-"), _tenth(value)) for key, value in given.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, join(escape(part) for part in inside))


def drawing(label: str, width: float, height: float, inside: Markup, style: str = "chart") -> Markup:
    """Creates a drawing with a label for screen readers."""
    return tag("svg", style, inside, viewBox=f"0 0 {width:g} {height:g}", role="img", aria_label=label)


def join(parts: Iterable[Markup]) -> Markup:
    """Concatenates parts."""
    return NOTHING.join(parts)


def _tenth(value: float | str) -> str:
    return value if isinstance(value, str) else f"{round(value, 1):g}"
