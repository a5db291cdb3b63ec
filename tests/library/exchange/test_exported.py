"""What `musfuse export` writes, read again."""

from io import StringIO
from pathlib import Path

import pytest

from musfuse.errors import ConfigError
from musfuse.library.exchange.columns import COLUMNS, OPINIONS, ExchangedTrack, Thought
from musfuse.library.exchange.exported import Exported
from musfuse.library.exchange.foreign import ForeignTrack
from musfuse.library.exchange.steady import SteadyFile
from musfuse.library.exchange.tables import write_csv, write_json

LATE = 1_614_834_367_123_456_789
TRACKS = [
    ExchangedTrack(
        "Ann/One.flac", "/m/One.wav", 0, "pcm", 1500,
        {
            "title": ["A; B"], "artist": ["Ann", "Bob"], "albumartist": ["Ann"], "genre": ["Pop", "Rock"],
            "date": ["1999-05-01"], "tracknumber": ["3/12"], "musicbrainz_trackid": ["rec"], "mood": ["calm"],
        }, Thought(4, LATE, 7, 1_600_000_000 * 10**9, LATE),
    ),
    ExchangedTrack("Ann/Two.flac", "/m/b\udcff.wav", 2, "pcm", None, {}, Thought(0, None, 1)),
    ExchangedTrack("", "/m/c.wav", 0, "pcm", None, {"title": ["C"]}, Thought(0, 0)),
]  # fmt: skip


def read(tmp_path: Path, written: str) -> list[ForeignTrack]:
    (tmp_path / "x").write_text(written, encoding="utf-8", errors="surrogateescape", newline="")
    with SteadyFile(tmp_path / "x") as file:
        library = Exported(file)
        assert list(library.playlists()) == []
        return list(library.tracks())


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_all_comes_back(tmp_path: Path, write: object) -> None:
    out = StringIO()
    write(iter(TRACKS), list(dict.fromkeys((*COLUMNS, "mood", *OPINIONS))), out)  # type: ignore[operator]
    one, two, three = read(tmp_path, out.getvalue())
    assert one == ForeignTrack(
        "1", "/m/One.wav",
        {
            "title": ("A; B",), "artist": ("Ann", "Bob"), "albumartist": ("Ann",), "genre": ("Pop", "Rock"),
            "date": ("1999",), "tracknumber": ("3",), "musicbrainz_trackid": ("rec",), "mood": ("calm",),
        }, 1.5, 4, LATE, 7, 1_600_000_000 * 10**9, LATE,
    )  # fmt: skip
    assert (two.stars, two.starred_ns, two.plays, two.first_ns, two.last_ns, two.part) == (0, None, 1, 0, 0, 2)
    if write is write_json:  # a spreadsheet takes no bytes that are no text
        assert two.place == "/m/b\udcff.wav"
    assert (three.starred_ns, three.tags) == (0, {"title": ("C",)})


def test_what_people_make_of_it(tmp_path: Path) -> None:
    one, two = read(
        tmp_path,
        "virtual_path;Rating;starred;plays;last_played;part;Ä\n/A/b.flac;3;yes;;2021-03-04;x;1\nc;9;no;-2;soon;;\n",
    )
    assert one == ForeignTrack("1", "view://main/A/b.flac", {}, None, 3, 0, 0, 0, 1_614_816_000 * 10**9)
    assert two == ForeignTrack("2", "view://main/c", {})


def test_what_names_no_tracks_is_refused(tmp_path: Path) -> None:
    for other in ("path,artist\n1,2\n", '[{"rating": 3}]'):
        with pytest.raises(
            ConfigError, match=r"x: no table of tracks: none of its columns is musicbrainz_id, real_path"
        ):
            read(tmp_path, other)
