"""The layers: packages import from their own layer and lower ones, and never in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

RAG = Path(__file__).parents[2] / "rag"
FLOORS = (
    "articles errors settings cancellation deadlines plain marks mishaps stopwatch text_fragment",
    "language embedding encoders cross_encoding onnx_export",
    "ingestion library",
    "query retrieval tracing",
    "generation",
    "verification",
    "attribution conflicts",
    "answers libraries",
    "llm_answers",
    "desk",
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms.split()}


def rooms() -> list[str]:
    return sorted(path.stem for path in RAG.iterdir() if path.stem not in ("__init__", "__pycache__"))


def imported(room: str) -> Iterator[str]:
    """The rooms whose modules those of a room import, wherever the import stands."""
    path = RAG / room
    for file in path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("rag."):
                yield node.module.split(".")[1]


@pytest.mark.parametrize("room", rooms())
def test_a_room_imports_from_its_own_floor_and_those_above(room: str) -> None:
    below = {other for other in imported(room) if FLOOR_OF[other] > FLOOR_OF[room]}

    assert not below


def test_no_two_rooms_import_each_other() -> None:
    uses = {room: set(imported(room)) - {room} for room in rooms()}

    assert not [(one, other) for one in uses for other in uses[one] if one in uses[other]]


def test_nothing_outside_the_language_room_has_a_word_list() -> None:
    """A list of words is a string of many lower-case words that is split, or a set of many of them."""
    assert not [
        f"{file.relative_to(RAG)}:{node.lineno}"
        for file in RAG.rglob("*.py")
        if file.relative_to(RAG).parts[0] != "language" and str(file.relative_to(RAG)) not in OF_PROGRAMS
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if _is_word_list(node)
    ]


def _is_word_list(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="split"), args=[]):
            return len(text.split()) > MOST_WORDS
        case ast.Set(elts=items) | ast.List(elts=items) | ast.Tuple(elts=items):
            words = [one.value for one in items if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            return len([word for word in words if word.isalpha() and word.islower()]) > MOST_WORDS
    return False


MOST_WORDS = 8
OF_PROGRAMS = {  # lists of a program's words: features, elements of HTML, columns
    "ingestion/boilerplate_model.py",
    "ingestion/pages.py",
    "library/milvus/reembedding.py",
}


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    lengths = {str(file.relative_to(RAG)): len(file.read_text("utf-8").splitlines()) for file in RAG.rglob("*.py")}

    assert not {name: length for name, length in lengths.items() if length > 300}
