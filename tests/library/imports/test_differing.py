"""What means the same is the same; what differs is said, once."""

import pytest

from musfuse.library.exchange.foreign import MAX_TRACK
from musfuse.library.imports.differing import differences, is_same
from musfuse.model import TagSet


@pytest.mark.parametrize(
    ("name", "own", "said", "same"),
    [
        ("tracknumber", ("01",), ("1",), True), ("tracknumber", ("1/12",), ("1",), True), ("tracknumber", ("2",), ("1",), False),
        ("date", ("2001-05-17",), ("2001",), True), ("date", ("2001",), ("2001-05",), False), ("date", ("1999",), ("2001",), False),
        ("replaygain_track_gain", ("-6.5 dB",), ("-6.50 dB",), True), ("replaygain_track_gain", ("-6 dB",), ("6 dB",), False),
        ("genre", ("Rock", "Pop"), ("Rock, Pop",), True), ("genre", ("Rock/Pop",), ("Rock", "Pop"), True),
        ("genre", ("Rock", "Pop"), ("Pop", "Rock"), False), ("title", ("AC/DC",), ("AC; DC",), False),
        ("compilation", ("1",), ("1",), True), ("bpm", ("fast",), ("120",), False), ("title", (), ("x",), False),
    ],
)  # fmt: skip
def test_is_same(name: str, own: tuple[str, ...], said: tuple[str, ...], same: bool) -> None:
    assert is_same(name, own, said) is same


def test_only_what_differs_is_said() -> None:
    own = TagSet({"title": ["One"], "tracknumber": ["01"]})
    said = {
        "title": ("Two",),
        "tracknumber": ("1",),
        "mood": (" calm ",),
        "comment": (" ",),
        "acoustid_fingerprint": ("A",),
    }
    assert differences(said, own, None) == {"title": ("Two",), "mood": ("calm",)}


def test_what_agrees_with_the_file_again_is_said_no_more() -> None:
    own, served = TagSet({"title": ["One"], "date": ["2001"]}), TagSet({"title": ["Two"], "date": ["2001"]})
    assert differences({"title": ("One",), "date": ("2001",)}, own, served) == {"title": None}
    assert differences({"title": (" One ",)}, own, served) == {"title": None}


def test_more_than_a_file_holds_is_not_said() -> None:
    said = {f"f{n}": ("x" * 200_000,) for n in range(MAX_TRACK // 200_000 + 1)}
    assert differences(said, TagSet(), None) == {}
