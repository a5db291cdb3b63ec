"""Cutting: what is cut and joined again is the image, to the sample, at every rate."""

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import manifest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.cue.sheets import DIFFERS, read
from musfuse.errors import MalformedError
from musfuse.media.cue.cut import Cut, CutRules, cut_image
from musfuse.media.cue.parse import parse_sheet
from musfuse.media.cue.sheet import Index, Sheet, SheetTrack
from musfuse.model import WHOLE

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
        at = cut.sample_range.start + (cut.sample_range.count or 0)
        assert cut.sample_range.count is None or cut.sample_range.count > 0
    assert cuts[-1].sample_range.count is None
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


def test_a_cut_knows_whether_it_is_all_of_its_file() -> None:
    sheet = parse_sheet(GAPS)
    one, two = cut_image(sheet, 0, 44_100, None, CutRules())
    assert not one.sample_range.is_whole
    assert not two.sample_range.is_whole
    assert Cut(WHOLE, None).sample_range.is_whole


def test_a_mark_at_the_end_or_twice_at_one_place_is_refused() -> None:
    end = 12 * 44_100 + 37 * 588
    assert len(lines(GAPS, total=end + 1)) == 2
    with pytest.raises(MalformedError, match="track 02 begins behind its end"):
        lines(GAPS, total=end)
    with pytest.raises(MalformedError, match="track 03 does not begin after track 02"):
        lines(GAPS + "TRACK 03 AUDIO\nINDEX 01 00:12:37\n")


def test_index_00_in_the_file_before() -> None:
    sheet = parse_sheet(
        "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 01:00:00\nFILE b WAVE\nINDEX 01 00:00:00\n"
    )
    rules = CutRules()
    assert cut_image(sheet, 0, 44_100, None, rules) == [Cut(WHOLE, sheet.tracks[0])]
    assert cut_image(sheet, 1, 44_100, None, rules) == [Cut(WHOLE, sheet.tracks[1])]


def test_break_points_as_cuebreakpoints(corpus: Path) -> None:
    """The cuts of every image of the corpus, in each way of treating pregaps."""
    if not shutil.which("cuebreakpoints"):
        pytest.skip("cuebreakpoints is not installed (apt install cuetools)")
    modes = {"append": "--append-gaps", "prepend": "--prepend-gaps"}
    compared = 0
    for row in manifest():
        path = corpus / row["path"]
        if row["format"] != "cue" or not row["note"].startswith("valid") or path.name in DIFFERS:
            continue
        sheet = read(path)
        if len(sheet.files) != 1 or len(sheet.tracks) < 2 or "PREGAP" in path.read_text("latin-1"):
            continue
        for mode, flag in modes.items():
            argv = ["cuebreakpoints", "-i", "cue", flag, str(path)]
            said = subprocess.run(argv, capture_output=True, check=True).stdout.decode("latin-1").split()
            theirs = [_frames(point) for point in said]
            cuts = cut_image(sheet, 0, 75, None, CutRules(mode, 10**6))  # type: ignore[arg-type]
            ours = [cut.sample_range.start for cut in cuts[1:]]
            assert ours == [t for t in theirs if t], (path, mode)
            compared += 1
    assert compared > 20


def _frames(point: str) -> int:
    minutes, seconds = point.split(":")
    whole, _, frames = seconds.partition(".")
    return (int(minutes) * 60 + int(whole)) * 75 + int(frames or 0)
