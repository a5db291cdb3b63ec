"""Requests and answers as JSON: there and back unchanged, and whatever else comes is refused with its place."""

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.service.port import Answer, Request
from musfuse.service.requests.art import ClearArt
from musfuse.service.requests.sources import AddSources, MoveSource, SetSource, SourceMoved, SourcesAdded
from musfuse.service.wire import WireError, answer_type, from_json, to_json

TEXT = st.text(st.characters(codec=None))


class Kept(Request[Answer], frozen=True):
    """A request with a path and a number."""

    METHOD: ClassVar[str] = "kept"
    path: Path
    number: int = 0


@given(st.lists(st.tuples(TEXT, TEXT)), st.booleans())
def test_a_request_comes_back_whatever_texts_it_has(places: list[tuple[str, str]], dry_run: bool) -> None:
    request = AddSources(tuple(places), dry_run=dry_run)
    assert from_json(json.loads(json.dumps(to_json(request))), AddSources) == request


def test_names_that_are_words_of_python_are_written_plainly() -> None:
    moved = SourceMoved("u", "/a", "/b", 1, 2)
    told = to_json(moved)
    assert (told["from"], told["to"]) == ("/a", "/b")
    assert from_json(told, SourceMoved) == moved


def test_a_request_names_its_answer() -> None:
    assert answer_type(AddSources) is SourcesAdded
    assert answer_type(MoveSource) is SourceMoved


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        ({"places": [["a"]]}, AddSources, r"places\[0\]: expected array of length 2"),
        ({"places": "a"}, AddSources, "places: expected array, got str"),
        ({"plces": []}, AddSources, "unknown field plces"),
        ({}, AddSources, "missing required field places"),
        ({"source": ["a", "b"], "assignments": [1]}, SetSource, r"assignments\[0\]: expected str, got int"),
        ({"places": [], "dry_run": "yes"}, AddSources, "dry_run: expected bool"),
        ({"path": ""}, Kept, "expected a path"),
        ({"path": "a\0b"}, Kept, "expected a path"),
        ({"path": "\ud800"}, Kept, "expected a path"),
        ({"path": "a", "number": 1 << 64}, Kept, "more than 64 bits"),
        ({"path": "a", "number": True}, Kept, "number: expected int, got bool"),
        ([], Kept, "expected object, got array"),
        ({"path": "a", "\ud800": 1}, Kept, "a name is no text"),
        ({"targets": [], "kinds": ["\ud800"], "author": "me"}, ClearArt, "a name is no text"),
        ({"targets": [], "kinds": ["side"], "author": "me"}, ClearArt, r"kinds\[0\]: invalid enum value 'side'"),
    ],
)
def test_what_is_no_request_is_refused_with_its_place(value: Any, kind: type[Any], said: str) -> None:
    with pytest.raises(WireError, match=said):
        from_json(value, kind)


def test_what_is_nested_too_deeply_is_refused() -> None:
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]
    with pytest.raises(WireError, match="nested too deeply"):
        from_json({"places": deep}, AddSources)


def test_paths_of_bytes_that_are_no_text_come_back() -> None:
    request = Kept(Path("a\udc80b"))
    assert from_json(json.loads(json.dumps(to_json(request))), Kept) == request
