"""Cutting: what is cut and joined again is the image, to the sample, at every rate."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.errors import MalformedError
from musfuse.media.containers.cuesheet import parse_cuesheet_block
from musfuse.media.cue.cut import Cut, CutRules, cut_image
from musfuse.media.cue.fields import track_tags
from musfuse.media.cue.parse import parse_sheet
from musfuse.media.cue.sheet import Index, Sheet, SheetTrack
from musfuse.model import WHOLE, TagSet

RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    marks = sorted(draw(st.sets(st.integers(0, 90_000), min_size=1, max_size=40)))
    sheet = Sheet(files=["a"])
    gaps = draw(st.booleans())
    for n, mark in enumerate(marks, 1):
        track = SheetTrack(n, "AUDIO", {}, [Index(1, 0, mark)])
        if gaps and (n == 1 or mark > marks[n - 2] + 1):
            low = 0 if n == 1 else marks[n - 2] + 1
            track.indexes.append(Index(0, 0, draw(st.integers(low, mark))))
        sheet.tracks.append(track)
    return sheet


@settings(max_examples=200, deadline=None)
@given(sheets(), st.sampled_from(RATES), st.sampled_from(["append", "prepend"]), st.integers(0, 100))
def test_tracks_joined_are_the_image(sheet: Sheet, rate: int, pregap: str, hidden: int) -> None:
    cuts = cut_image(sheet, 0, rate, None, CutRules(pregap, hidden))  # type: ignore[arg-type]
    at = 0
    for cut in cuts:
        assert cut.sample_range.start == at
        at = cut.sample_range.stop or 0
        assert at > cut.sample_range.start or cut is cuts[-1]
    assert cuts[-1].sample_range.stop is None
    assert [c.track.number for c in cuts if c.track] == [t.number for t in sheet.tracks]


def lines(
    text: str, rate: int = 44_100, total: int | None = None, **rules: object
) -> list[tuple[int, int | None, int]]:
    cuts = cut_image(parse_sheet(text), 0, rate, total, CutRules(**rules))  # type: ignore[arg-type]
    return [(c.sample_range.start, c.sample_range.count, c.track.number if c.track else 0) for c in cuts]


GAPS = "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:02:00\nTRACK 02 AUDIO\nINDEX 00 00:10:00\nINDEX 01 00:12:37\n"


def test_pregaps_and_the_hidden_track() -> None:
    s, cut = 44_100, 12 * 44_100 + 37 * 588
    assert lines(GAPS, pregap="append") == [(0, cut, 1), (cut, None, 2)]
    assert lines(GAPS, pregap="prepend") == [(0, 10 * s, 1), (10 * s, None, 2)]
    assert lines(GAPS, pregap="drop") == [(0, 10 * s, 1), (cut, None, 2)]
    assert lines(GAPS, pregap="append", hidden_seconds=1) == [(0, 2 * s, 0), (2 * s, cut - 2 * s, 1), (cut, None, 2)]
    assert lines(GAPS, pregap="prepend", hidden_seconds=1) == [(0, 10 * s, 1), (10 * s, None, 2)]


def test_rounding_is_down_at_every_rate() -> None:
    text = "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:00:01\n"
    assert [lines(text, rate)[1][0] for rate in (8_000, 11_025, 44_100, 48_000)] == [106, 147, 588, 640]


def test_data_tracks_are_left_out() -> None:
    text = "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 MODE1/2352\nINDEX 00 00:08:00\nINDEX 01 00:10:00\n"
    assert lines(text) == [(0, 8 * 44_100, 1)]
    with pytest.raises(MalformedError, match="no audio track"):
        lines("FILE a BINARY\nTRACK 01 MODE2/2352\nINDEX 01 00:00:00\n")


def test_marks_that_make_no_sense() -> None:
    text = "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 01 00:05:00\nTRACK 02 AUDIO\nINDEX 01 00:04:00\n"
    with pytest.raises(MalformedError, match="track 02 does not begin after track 01"):
        lines(text)
    with pytest.raises(MalformedError, match="behind its end"):
        lines(GAPS, total=44_100)


def test_index_00_in_the_file_before() -> None:
    sheet = parse_sheet(
        "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 01:00:00\nFILE b WAVE\nINDEX 01 00:00:00\n"
    )
    rules = CutRules()
    assert cut_image(sheet, 0, 44_100, None, rules) == [Cut(WHOLE, sheet.tracks[0])]
    assert cut_image(sheet, 1, 44_100, None, rules) == [Cut(WHOLE, sheet.tracks[1])]


def test_a_cuesheet_block() -> None:
    def track(number: int, offset: int, *indexes: tuple[int, int], audio: bool = True) -> bytes:
        head = struct.pack(
            ">QB12sB13xB", offset, number, b"GBAAA9400001" if number == 1 else b"", 0 if audio else 0x80, len(indexes)
        )
        return head + b"".join(struct.pack(">QB3x", at, n) for n, at in indexes)

    body = b"0724383065820".ljust(128, b"\0") + struct.pack(">QB258xB", 88_200, 0x80, 3)
    body += track(1, 0, (1, 0)) + track(2, 100_003, (0, 0), (1, 50)) + track(170, 200_000)
    sheet = parse_cuesheet_block(body)
    assert (sheet.fields, sheet.tracks[0].fields) == ({"catalog": "0724383065820"}, {"isrc": "GBAAA9400001"})
    cuts = cut_image(sheet, 0, 44_100, 200_000, CutRules())
    assert [(c.sample_range.start, c.sample_range.count) for c in cuts] == [(0, 100_053), (100_053, None)]
    for cut in range(len(body)):
        try:
            parse_cuesheet_block(body[:cut])
        except MalformedError:
            continue
        raise AssertionError(cut)


def test_tags_of_a_track() -> None:
    sheet = parse_sheet(
        'REM GENRE Rock\nREM DATE 1999\nREM DISCNUMBER 2\nREM TOTALDISCS 3\nREM REPLAYGAIN_ALBUM_GAIN "-7 dB"\nCATALOG 0724\n'
        "PERFORMER Band\nTITLE Album\nFILE a WAVE\nTRACK 01 AUDIO\nTITLE One\nPERFORMER Guest\nSONGWRITER Poet\nISRC X\n"
        "REM REPLAYGAIN_TRACK_GAIN -1\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 01:00:00\n"
    )
    image = TagSet({"title": ["All of it"], "album": ["Old"], "artist": ["Old"], "label": ["L"], "tracknumber": ["9"]})
    one, two, hidden = (track_tags(image, sheet, t) for t in (*sheet.tracks, None))
    assert dict(one) == {
        "album": ("Album",), "artist": ("Guest",), "albumartist": ("Band",), "label": ("L",), "genre": ("Rock",), "date": ("1999",),
        "discnumber": ("2",), "disctotal": ("3",), "replaygain_album_gain": ("-7 dB",), "barcode": ("0724",), "title": ("One",),
        "songwriter": ("Poet",), "isrc": ("X",), "replaygain_track_gain": ("-1",), "tracknumber": ("1",), "tracktotal": ("2",),
    }  # fmt: skip
    assert (two["artist"], two.get("title"), two["tracknumber"]) == (("Band",), None, ("2",))
    assert (hidden["title"], hidden["tracknumber"]) == (("Hidden Track",), ("0",))
