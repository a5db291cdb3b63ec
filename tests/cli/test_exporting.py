"""What writes tracks, by the kind of file: tables take columns, playlists find originals or the drive."""

import ntpath
from io import StringIO
from types import SimpleNamespace

import pytest
from msgspec import structs

from musfuse.cli import exporting
from musfuse.cli.exporting import KINDS, SUFFIXES, exchanged, writer
from musfuse.library.exchange.columns import Thought
from musfuse.service.requests.library import FoundTrack, Opinion

ROW = FoundTrack("A/b.flac", "/m/b.wav", 0, "wav", "pcm_16", 44100, 2, 16, 1_499_600_000, {"title": ["b"]})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written(kind: str) -> None:
    out = StringIO()
    assert writer(kind, ["title"], "All", None)(iter([exchanged(ROW)]), out) == 1
    assert ("b" if kind in ("csv", "json") else "/m/b.wav") in out.getvalue()
    assert kind in SUFFIXES.values()


@pytest.mark.parametrize(
    ("base", "place"), [(None, "/m/b.wav"), (".", "A/b.flac"), ("/mnt/x/", "/mnt/x/A/b.flac"), ("..", "../A/b.flac")]
)
def test_where_a_playlist_finds_its_tracks(base: str | None, place: str) -> None:
    out = StringIO()
    writer("m3u8", [], "All", base)(iter([exchanged(ROW)]), out)
    assert out.getvalue().splitlines()[-1] == place


@pytest.mark.parametrize(
    ("base", "place"),
    [
        ("M:", "M:\\A\\b.flac"), ("M:\\", "M:\\A\\b.flac"), ("M:here", "M:here\\A\\b.flac"), (".", "A\\b.flac"),
        ("\\\\nas\\music", "\\\\nas\\music\\A\\b.flac"),
    ],
)  # fmt: skip
def test_where_it_finds_them_on_windows(base: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "os", SimpleNamespace(path=ntpath, sep="\\"))
    out = StringIO()
    writer("m3u8", [], "All", base)(iter([exchanged(ROW)]), out)
    assert out.getvalue().splitlines()[-1] == place


def test_lengths_are_rounded() -> None:
    assert exchanged(ROW).duration_ms == 1500


def test_what_is_thought_of_a_track_goes_with_it() -> None:
    row = structs.replace(ROW, opinion=Opinion(4, 9, 3, 1, 2))
    assert exchanged(row).thought == Thought(4, 9, 3, 1, 2)
    assert exchanged(ROW).thought == Thought()
