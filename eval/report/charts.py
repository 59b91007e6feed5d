"""Inline SVG charts in the page's colours.

Every chart has a text description, and its values are also in tables or tooltips.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from eval.figures import counted, interval, number, signed
from eval.metrics import RiskPoint
from eval.report.curves import Named
from eval.report.svg import NOTHING, drawing, join, tag
from eval.scores import Interval

WIDTH, HEIGHT = 460, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 22, 40
MOST_DOTS = 60  # more dots would hide the line
ROW, LABEL = 30, 150
BAR = WIDTH - LABEL - 104  # the longest bar, which leaves room for its values

Point = tuple[float, float]


def risk_chart(points: Sequence[RiskPoint]) -> Markup:
    """Risk by coverage; empty without points."""
    if not points:
        return NOTHING
    top = max(0.1, *(one.risk for one in points))
    dots = [
        _dot(_x(one.coverage), _y(one.risk / top), f"the surest {one.coverage:.0%}: {one.risk:.1%} of them wrong")
        for one in points[:: -(-len(points) // MOST_DOTS)]
    ]
    line = _line([(_x(one.coverage), _y(one.risk / top)) for one in points])
    drawn = _axes("share of the questions, the surest first", "share wrong", top) + line + join(dots)
    return drawing("Share of wrong replies by the share of questions covered, the surest first", WIDTH, HEIGHT, drawn)


def noise_chart(points: Sequence[tuple[float, Interval]], metric: str) -> Markup:
    """A metric by the share of noise, with its interval as a band."""
    if len(points) < 2:
        return NOTHING
    low = [(_x(share), _y(found.value if found.low is None else found.low)) for share, found in points]
    high = [(_x(share), _y(found.value if found.high is None else found.high)) for share, found in points]
    band = tag("polygon", "band", points=_points([*low, *reversed(high)]))
    dots = [_dot(_x(share), _y(found.value), f"{share:.0%} noise: {_in_words(found)}") for share, found in points]
    line = _line([(_x(share), _y(found.value)) for share, found in points])
    drawn = _axes("share of noise", metric, 1.0) + band + line + join(dots)
    return drawing(f"{metric} by the share of noise", WIDTH, HEIGHT, drawn)


def slice_chart(values: Sequence[Named], metric: str) -> Markup:
    """A bar from 0 to 1 for each slice, with its interval."""
    rows = []
    for index, (name, found) in enumerate(values):
        y = index * ROW + ROW / 2
        low, high = (found.value if end is None else end for end in (found.low, found.high))
        rows += [
            _label(name, y),
            tag("rect", "track", x=LABEL, y=y - 6, width=BAR, height=12),
            tag("rect", "bar", x=LABEL, y=y - 6, width=BAR * _clip(found.value), height=12),
            _whisker(LABEL + BAR * _clip(low), LABEL + BAR * _clip(high), y) if low < high else NOTHING,
            _figure(f"{number(found.value)} ({found.n})", y, f"{name}: {_in_words(found)}"),
        ]
    return drawing(f"{metric} by slice", WIDTH, ROW * len(values), join(rows))


def stage_chart(stages: Sequence[tuple[str, float, float]]) -> Markup:
    """A bar for each stage's median, with a line to its 95th percentile."""
    longest = max((slow for _, _, slow in stages), default=0.0)
    if not longest:
        return NOTHING
    rows = []
    for index, (stage, median, slow) in enumerate(stages):
        y = index * ROW + ROW / 2
        rows += [
            _label(stage, y),
            tag("rect", "bar", x=LABEL, y=y - 6, width=BAR * median / longest, height=12),
            _whisker(LABEL + BAR * median / longest, LABEL + BAR * slow / longest, y),
            _figure(f"{median:,.0f} / {slow:,.0f} ms", y, f"{stage}: {median:,.1f} ms, 95%: {slow:,.1f} ms"),
        ]
    return drawing("Milliseconds by stage: median and 95th percentile", WIDTH, ROW * len(stages), join(rows))


def range_chart(found: Interval) -> Markup:
    """A value and its interval on a scale from 0 to 1; empty for other values."""
    if found.low is None or found.high is None or found.low < 0 or found.high > 1:
        return NOTHING
    parts = (
        tag("rect", "track", x=0, y=4, width=200, height=2),
        tag("rect", "bar", x=200 * found.low, y=3, width=max(200 * (found.high - found.low), 1), height=4),
        tag("rect", "tick", x=min(200 * found.value, 198), y=0, width=2, height=10),
    )
    return drawing(_in_words(found), 200, 10, join(parts), "range")


def change_chart(found: Interval, margin: float, widest: float) -> Markup:
    """A change and its interval around zero, with the margin marked; `widest` is half the scale."""
    if found.low is None or found.high is None or not widest:
        return NOTHING
    low, high, value, allowed = (
        100 + 96 * max(-1.0, min(1.0, one / widest)) for one in (found.low, found.high, found.value, -margin)
    )
    parts = (
        tag("line", "zero", x1=100, x2=100, y1=0, y2=16),
        tag("line", "margin", x1=allowed, x2=allowed, y1=0, y2=16),
        tag("line", "whisker", x1=low, x2=high, y1=8, y2=8),
        tag("circle", "dot", cx=value, cy=8, r=4),
    )
    return drawing(f"{signed(found.value)}, {interval(found)}", 200, 16, join(parts), "change")


def _axes(across: str, up: str, top: float) -> Markup:
    """Four steps each way; the axis across ends at 1, the one up at `top`."""
    lines = []
    for step in (0, 0.25, 0.5, 0.75, 1):
        y = _y(step)
        lines += [
            tag("line", "grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y),
            tag("text", "tick-y", f"{top * step:.3g}", x=LEFT - 6, y=y + 4),
            tag("text", "tick-x", f"{step:g}", x=_x(step), y=HEIGHT - BOTTOM + 16),
        ]
    names = (tag("text", "axis end", across, x=WIDTH - RIGHT, y=HEIGHT - 6), tag("text", "axis", up, x=4, y=12))
    return join([*lines, *names])


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * _clip(share)


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - _clip(share))


def _clip(share: float) -> float:
    return max(0.0, min(1.0, share))


def _line(points: Sequence[Point]) -> Markup:
    return tag("polyline", "line", points=_points(points))


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _dot(x: float, y: float, title: str) -> Markup:
    return tag("circle", "dot", tag("title", "", title), cx=x, cy=y, r=3)


def _whisker(start: float, end: float, y: float) -> Markup:
    """A line with a tick at either end."""
    feet = f"M{start:.1f} {y - 4:.1f}v8M{end:.1f} {y - 4:.1f}v8"
    return tag("path", "whisker", d=f"{feet}M{start:.1f} {y:.1f}H{end:.1f}")


def _label(name: str, y: float) -> Markup:
    short = name if len(name) <= 20 else f"{name[:19]}…"
    return tag("text", "label", short, tag("title", "", name), x=LABEL - 8, y=y + 4)


def _figure(text: str, y: float, title: str) -> Markup:
    return tag("text", "figure", text, tag("title", "", title), x=WIDTH, y=y + 4)


def _in_words(found: Interval) -> str:
    return (
        f"{number(found.value)}, 95% interval {interval(found)}, n = {found.n} in {counted(found.clusters, 'group')}"
    )
