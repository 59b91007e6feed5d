"""Counts the work of functions that read text: calls, and the steps of every regular expression.

Python's engine cannot be asked how many steps it takes. So each expression is run a second time by a matcher that
backtracks as the engine does, over the same parse tree, and counts what it tries. Its results are compared with the
engine's. What the engine saves by looking for an expression's first characters changes no power of the length.
"""

from __future__ import annotations

import functools
import re
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any
from unittest import mock

Groups = dict[int, tuple[int, int]]
Then = Callable[[int, Groups], int]
FAILED = -1
_CATEGORIES = {
    ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_NOT_DIGIT: r"\D", ops.CATEGORY_SPACE: r"\s",
    ops.CATEGORY_NOT_SPACE: r"\S", ops.CATEGORY_WORD: r"\w", ops.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


class Steps:
    """The amount of work counted so far."""

    def __init__(self) -> None:
        self.calls = 0
        self.regex = 0

    @property
    def all(self) -> int:
        return self.calls + self.regex


@contextmanager
def counted(steps: Steps) -> Iterator[None]:
    """Counts this thread's calls and the steps of `rag`'s expressions while open."""
    with mock.patch.multiple(re, **_functions(steps)), _proxies(steps):
        sys.setprofile(lambda frame, event, of: _count_call(steps, frame, event))
        try:
            yield
        finally:
            sys.setprofile(None)


def _count_call(steps: Steps, frame: types.FrameType, event: str) -> None:
    if event == "call" and frame.f_globals.get("__name__", "").startswith(("rag", "nupunkt")):
        steps.calls += 1


def _functions(steps: Steps) -> dict[str, Any]:
    def of(name: str) -> Callable[..., Any]:
        def call(pattern: Any, *arguments: Any, flags: int = 0) -> Any:
            if isinstance(pattern, str) and name not in ("sub", "split") and len(arguments) > 1:
                flags, arguments = arguments[-1], arguments[:-1]
            found = pattern if not isinstance(pattern, str) else _Counting(_compile(pattern, int(flags)), steps)
            return getattr(found, name)(*arguments)

        return call

    return {name: of(name) for name in ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")}


_compile = functools.cache(re.compile)


@contextmanager
def _proxies(steps: Steps) -> Iterator[None]:
    """Replaces every compiled expression in `rag`'s modules with a counting proxy."""
    kept: list[tuple[types.ModuleType, str, Any]] = []
    made: dict[int, _Counting] = {}

    def proxy(value: Any) -> Any:
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            return made.setdefault(id(value), _Counting(value, steps))
        if isinstance(value, tuple) and any(isinstance(one, (re.Pattern, tuple)) for one in value):
            return tuple(proxy(one) for one in value)
        return value

    for name, module in list(sys.modules.items()):
        if name.startswith("rag") and module is not None:
            for attribute, value in list(vars(module).items()):
                if (new := proxy(value)) is not value:
                    kept.append((module, attribute, value))
                    setattr(module, attribute, new)
    try:
        yield
    finally:
        for module, attribute, value in kept:
            setattr(module, attribute, value)


class _Counting:
    """A compiled expression that counts its steps and returns the engine's own result."""

    def __init__(self, real: re.Pattern[str], steps: Steps) -> None:
        self._real, self._steps = real, steps
        self._tree = _parse(real.pattern, real.flags)
        self.pattern, self.flags, self.groups = real.pattern, real.flags, real.groups

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def search(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> Any:
        found = self._real.search(text, pos, endpos)
        self._count(text, pos, min(endpos, len(text)), found.span() if found else None, anchored=False)
        return found

    def match(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> Any:
        found = self._real.match(text, pos, endpos)
        self._count(text, pos, min(endpos, len(text)), found.span() if found else None, anchored=True)
        return found

    def fullmatch(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> Any:
        found = self._real.fullmatch(text, pos, endpos)
        end = min(endpos, len(text))
        matcher = _Matcher(self._tree, text, end, self._real.flags)
        matcher.run(pos, whole=True)
        self._steps.regex += matcher.steps
        return found

    def finditer(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> Any:
        found = list(self._real.finditer(text, pos, endpos))
        end = min(endpos, len(text))
        for match in found:
            self._count(text, pos, end, match.span(), anchored=False)
            pos = match.end() if match.end() > match.start() else match.end() + 1
        self._count(text, pos, end, None, anchored=False, check=False)
        return iter(found)

    def findall(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> Any:
        list(self.finditer(text, pos, endpos))
        return self._real.findall(text, pos, endpos)

    def sub(self, repl: Any, text: str, count: int = 0) -> str:
        list(self.finditer(text))
        return self._real.sub(repl, text, count)

    def split(self, text: str, maxsplit: int = 0) -> Any:
        list(self.finditer(text))
        return self._real.split(text, maxsplit)

    def _count(
        self, text: str, pos: int, end: int, span: tuple[int, int] | None, *, anchored: bool, check: bool = True
    ) -> None:
        matcher = _Matcher(self._tree, text, end, self._real.flags)
        last = (span[0] if span else end) if not anchored else pos
        for start in range(pos, last + 1):
            stop = matcher.run(start)
            if check and span == (start, stop):
                break
        else:
            assert not check or span is None, f"another match than the engine's: {self._real.pattern[:60]!r} {text!r}"
        self._steps.regex += matcher.steps


@functools.cache
def _parse(pattern: str, flags: int) -> Any:
    return _plain(parser.parse(pattern, flags & ~re.DEBUG), flags)


def _plain(node: Any, flags: int) -> Any:
    """The parse tree as lists of (operator, argument, flags), which are faster to walk."""
    if isinstance(node, parser.SubPattern):
        nodes = [(op, _plain(argument, _inner_flags(op, argument, flags)), flags) for op, argument in node]
        return _Nodes(nodes, node.getwidth())
    if isinstance(node, tuple):
        return tuple(_plain(one, flags) for one in node)
    return [_plain(one, flags) for one in node] if isinstance(node, list) else node


def _inner_flags(op: Any, argument: Any, flags: int) -> int:
    return (flags | argument[1]) & ~argument[2] if op is ops.SUBPATTERN else flags


class _Nodes(list[Any]):
    """The nodes of a sequence, with the fewest and the most characters that it matches."""

    def __init__(self, nodes: list[Any], width: tuple[int, int]) -> None:
        super().__init__(nodes)
        self.width = width


class _Matcher:
    """Backtracks through a parse tree; `steps` counts the nodes and characters that it tries."""

    def __init__(self, tree: Any, text: str, end: int, flags: int) -> None:
        self._tree, self._text, self._end = tree, text, end
        self._flags = flags
        self.steps = 0

    def run(self, start: int, *, whole: bool = False) -> int:
        """The end of the match from `start`, or FAILED."""

        def ended(place: int, _: Groups) -> int:
            return place if not whole or place == self._end else FAILED

        profile = sys.getprofile()
        sys.setprofile(None)
        try:
            return self._nodes(self._tree, 0, start, {}, ended)
        finally:
            sys.setprofile(profile)

    def _nodes(self, nodes: list[Any], index: int, place: int, groups: Groups, then: Then) -> int:
        if index == len(nodes):
            return then(place, groups)
        self.steps += 1
        rest: Then = lambda after, held: self._nodes(nodes, index + 1, after, held, then)  # noqa: E731
        op, argument, flags = nodes[index]
        if (test := _one_character(op, argument, flags)) is not None:
            if place < self._end and test(self._text[place]):
                return self._nodes(nodes, index + 1, place + 1, groups, then)
            return FAILED
        if op is ops.BRANCH:
            tries = (self._nodes(branch, 0, place, groups, rest) for branch in argument[1])
            return next((end for end in tries if end != FAILED), FAILED)
        if op is ops.SUBPATTERN:
            number, _, _, inner = argument
            keep: Then = lambda after, held: rest(after, held | {number: (place, after)} if number else held)  # noqa: E731
            return self._nodes(inner, 0, place, groups, keep)
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            return self._repeat(op, argument, place, groups, rest)
        if op is ops.ATOMIC_GROUP:
            end = self._nodes(argument, 0, place, groups, lambda after, _: after)
            return rest(end, groups) if end != FAILED else FAILED
        if op in (ops.ASSERT, ops.ASSERT_NOT):
            return rest(place, groups) if self._looks(argument, place, groups) == (op is ops.ASSERT) else FAILED
        if op is ops.AT:
            return rest(place, groups) if self._at(argument, place) else FAILED
        if op is ops.GROUPREF:
            start, stop = groups.get(argument, (0, 0))
            words = self._text[start:stop]
            return rest(place + len(words), groups) if self._text.startswith(words, place) else FAILED
        raise NotImplementedError(str(op))

    def _repeat(self, op: Any, argument: Any, place: int, groups: Groups, rest: Then) -> int:
        least, most, inner = argument
        nodes = inner
        test = _one_character(*nodes[0]) if len(nodes) == 1 else None
        if test is not None and op is not ops.MIN_REPEAT:
            stop = place
            while stop < self._end and stop - place < most and test(self._text[stop]):
                stop += 1
            self.steps += stop - place
            shortest = place + int(least) if op is ops.MAX_REPEAT else max(stop, place + int(least))
            lengths = range(stop, shortest - 1, -1)
            return next((end for length in lengths if (end := rest(length, groups)) != FAILED), FAILED)

        def again(count: int, now: int, held: Groups, before: int) -> int:
            def more() -> int:
                if count >= most or (now == before and count >= least):
                    return FAILED
                return self._nodes(nodes, 0, now, held, lambda after, kept: again(count + 1, after, kept, now))

            if count < least:
                return more()
            if op is ops.MIN_REPEAT:
                end = rest(now, held)
                return end if end != FAILED else more()
            end = more()
            return end if end != FAILED else rest(now, held)

        return again(0, place, groups, -1)

    def _looks(self, argument: Any, place: int, groups: Groups) -> bool:
        way, inner = argument
        if way > 0:
            return self._nodes(inner, 0, place, groups, lambda after, _: after) != FAILED
        least, most = inner.width
        return any(
            self._nodes(inner, 0, place - width, groups, lambda after, _: after if after == place else FAILED)
            != FAILED
            for width in range(least, most + 1)
            if width <= place
        )

    def _at(self, where: Any, place: int) -> bool:
        text, end = self._text, self._end
        if where in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING):
            multiline = bool(self._flags & re.MULTILINE) and where is ops.AT_BEGINNING
            return place == 0 or (multiline and text[place - 1] == "\n")
        if where is ops.AT_END_STRING:
            return place == end
        if where is ops.AT_END:
            last = place == end or (place == end - 1 and text[place] == "\n")
            return last or bool(self._flags & re.MULTILINE and text[place] == "\n")
        before = place > 0 and _is_word(text[place - 1])
        after = place < end and _is_word(text[place])
        return (before != after) == (where is ops.AT_BOUNDARY)


def _is_word(one: str) -> bool:
    return one.isalnum() or one == "_"


@functools.cache
def _class(category: Any) -> re.Pattern[str]:
    return re.compile(_CATEGORIES[category])


_TESTS: dict[tuple[int, int], tuple[Any, Callable[[str], bool]]] = {}


def _one_character(op: Any, argument: Any, flags: int) -> Callable[[str], bool] | None:
    """For a node of one character: a function that tells whether it matches a character."""
    if op not in (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN):
        return None
    key = (id(argument) if op is ops.IN else hash((op, argument)), flags & (re.IGNORECASE | re.DOTALL))
    if key not in _TESTS:
        items = argument if op is ops.IN else [(op, argument)]
        _TESTS[key] = (argument, functools.cache(functools.partial(_is_among, tuple(items), flags)))
    return _TESTS[key][1]


def _is_among(items: tuple[Any, ...], flags: int, one: str) -> bool:
    denied = bool(items) and items[0][0] is ops.NEGATE
    cases = {one, one.lower(), one.upper(), one.swapcase()} if flags & re.IGNORECASE else {one}
    return any(_is_one(item, case, flags) for item in items[denied:] for case in cases) != denied


def _is_one(item: tuple[Any, Any], one: str, flags: int) -> bool:
    op, argument = item
    if len(one) != 1:
        return False
    if op is ops.LITERAL:
        return ord(one) == argument
    if op is ops.NOT_LITERAL:
        return ord(one) != argument
    if op is ops.ANY:
        return one != "\n" or bool(flags & re.DOTALL)
    if op is ops.RANGE:
        return bool(argument[0] <= ord(one) <= argument[1])
    return _class(argument).match(one) is not None
