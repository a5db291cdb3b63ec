"""Parameters as types."""

import pytest
from musfuse_http.subsonic.failing import SubsonicError
from musfuse_http.subsonic.params import Params, taken


class Wanted(Params, frozen=True, kw_only=True):
    id: str
    song_id: tuple[str, ...] = ()
    size: int = 10
    flag: bool = True
    year: int | None = None
    name: str | None = None


def test_names_are_those_of_the_api_and_unknown_ones_are_left_alone() -> None:
    found = taken(
        Wanted,
        {"id": ["a", "b"], "songId": ["1", "2", "1"], "size": ["3"], "flag": ["false"], "year": ["1999"], "x": ["y"]},
    )
    assert found == Wanted(id="b", song_id=("1", "2", "1"), size=3, flag=False, year=1999)


def test_an_empty_number_is_as_none_and_an_empty_text_is_one() -> None:
    assert taken(Wanted, {"id": [""], "size": [""], "year": [""], "flag": [""], "name": [""]}) == Wanted(id="", name="")


@pytest.mark.parametrize("text", ["true", "1", "yes", "on", "TRUE"])
def test_truth_is_told_in_many_ways(text: str) -> None:
    assert taken(Wanted, {"id": ["a"], "flag": [text]}).flag is True


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, 10), ({"id": ["a"], "size": ["x"]}, 0), ({"id": ["a"], "flag": ["maybe"]}, 0), ({"id": ["a" * 5000]}, 0)],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_told(fields: dict[str, list[str]], code: int) -> None:
    with pytest.raises(SubsonicError) as error:
        taken(Wanted, fields)
    assert error.value.code == code
