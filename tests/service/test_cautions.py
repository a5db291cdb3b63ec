"""What is odd about fields and values."""

import pytest

from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import default_formats
from musfuse.service.cautions import cautions


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("gnere", "Rock", "did you mean genre?"),
        ("xyzzy", "Rock", "no track has this field"),
        ("date", "19xx", "date=19xx: no date"),
        ("date", "1977-13", "no date"),
        ("originaldate", "soon", "no date"),
        ("tracknumber", "abc", "3 or 3/12 is expected"),
        ("disctotal", "y", "a whole number is expected"),
        ("bpm", "fast", "a number is expected"),
    ],
)
def test_what_may_be_a_slip(field: str, value: str, said: str) -> None:
    (caution,) = cautions({field: (value,)}, Vocabulary(default_formats()))
    assert caution.startswith(field)
    assert said in caution


def test_what_is_as_it_should_be() -> None:
    right = {
        "date": ("1977", "1977-01", "1977-01-23", "1977-01-23T10:00:00"), "tracknumber": ("03",), "bpm": ("120.5",),
        "disctotal": ("2",), "genre": ("Rock",), "musicbrainz_trackid": ("x",), "gnere": (),
    }  # fmt: skip
    assert list(cautions(right, Vocabulary(default_formats()))) == []
