"""What a caller sends against what a method takes."""

import sys
from pathlib import Path
from typing import Any

import pytest

from musfuse.control.parameters import Method, ParameterError
from musfuse.model import ArtKind


def method(
    text: str,
    pairs: list[tuple[str, str]],
    where: Path,
    kind: ArtKind = ArtKind.FRONT,
    number: int = 0,
    on: bool = False,
) -> tuple[Any, ...]:
    return text, pairs, where, kind, number, on


GIVEN = {"text": "a\udce9", "pairs": [["a", "b"]], "where": "/x\udcff"}


def test_values_become_what_the_method_takes() -> None:
    bound = Method(method).bind(GIVEN | {"kind": "back", "number": 3, "on": True})
    assert bound() == ("a\udce9", [("a", "b")], Path("/x\udcff"), ArtKind.BACK, 3, True)
    assert Method(method).bind(GIVEN)()[3:] == (ArtKind.FRONT, 0, False)


@pytest.mark.parametrize(
    "wrong",
    [{"text": None}, {"text": 1}, {"pairs": "ab"}, {"pairs": [["a"]]}, {"pairs": [["a", "b", "c"]]}, {"pairs": [["a", None]]},
     {"pairs": {"a": "b"}}, {"where": ""}, {"where": "a\0b"}, *([] if sys.platform == "win32" else [{"where": "\ud800"}]), {"where": ["/x"]}, {"kind": "side"},
     {"kind": 3}, {"number": True}, {"number": 1.5}, {"number": "1"}, {"number": 1 << 80}, {"on": 1}, {"on": None}, {"more": 1}],
)  # fmt: skip
def test_anything_else_names_the_parameter(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        Method(method).bind(GIVEN | wrong)


def test_a_parameter_that_is_missing() -> None:
    with pytest.raises(ParameterError, match="where"):
        Method(method).bind({"text": "", "pairs": []})
