"""Where an image is cut into tracks.

A sheet counts 75 frames a second. Each mark becomes a sample by itself, rounded down: `frames * rate // 75`. A track
ends at the sample where the next one begins, never at a length of its own, so that rounding loses no sample and adds
none: tracks played one after the other are the image, at rates that 75 does not divide as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from musfuse.errors import MalformedError
from musfuse.media.cue.sheet import Sheet, SheetTrack
from musfuse.model import SampleRange

Pregap = Literal["append", "prepend", "drop"]


@dataclass(frozen=True, slots=True)
class CutRules:
    """What becomes of pregaps (between INDEX 00 and INDEX 01), and from how many seconds on a hidden track is one."""

    pregap: Pregap = "append"
    hidden_seconds: float = 3


@dataclass(frozen=True, slots=True)
class Cut:
    """A track's samples of its file. `track` is None for the hidden track in front of the first one."""

    sample_range: SampleRange
    track: SheetTrack | None


def cut_image(sheet: Sheet, file: int, rate: int, total: int | None, rules: CutRules) -> list[Cut]:
    """Cut FILE number `file` of a sheet, of `total` samples (None: unknown) at `rate` Hz.

    Raises MalformedError where its marks go backwards or lie behind its end, or none of its tracks is audio.
    """
    tracks = [t for t in sheet.tracks if t.start is not None and t.start.file == file]
    starts = [_start(t, rate) for t in tracks]
    gaps = [_gap(t, file, rate, start) for t, start in zip(tracks, starts, strict=True)]
    if not any(t.audio for t in tracks):
        raise MalformedError("no audio track of the sheet begins in it")
    _check(tracks, starts, total)
    # Only what lies before the first track of the whole sheet can be a hidden one. In a later FILE, what lies before
    # its first INDEX 01 is a pregap.
    first_file = next(i.start.file for i in sheet.tracks if i.start is not None) == file
    # A pregap is played by the track before it (`append`), by its own track (`prepend`), or by none (`drop`): so the
    # same mark is where one track ends and where the next begins, unless pregaps are dropped.
    begins = [gap if rules.pregap == "prepend" else start for gap, start in zip(gaps, starts, strict=True)]
    ends = [start if rules.pregap == "append" else gap for gap, start in zip(gaps, starts, strict=True)]
    cuts: list[Cut] = []
    front = starts[0]
    if front > rules.hidden_seconds * rate and first_file and rules.pregap != "prepend" and tracks[0].audio:
        cuts.append(Cut(SampleRange(0, front), None))
    elif rules.pregap != "drop" or front <= rules.hidden_seconds * rate:
        begins[0] = 0  # too short to be a track, or a pregap that is kept: the first track has it, and nothing is lost
    # A data track ends the audio before it at its own pregap, which holds no music.
    ends = [gap if not t.audio else end for t, gap, end in zip(tracks, gaps, ends, strict=True)]
    for n, track in enumerate(tracks):
        end = ends[n + 1] if n + 1 < len(tracks) else None
        if track.audio:
            cuts.append(Cut(SampleRange(begins[n], end), track))
    return cuts


def _start(track: SheetTrack, rate: int) -> int:
    assert track.start is not None
    return track.start.at(rate)


def _gap(track: SheetTrack, file: int, rate: int, start: int) -> int:
    """Where the pregap begins; the start itself where there is none in this file."""
    gap = track.index(0)
    at = gap.at(rate) if gap is not None and gap.file == file else start
    return min(at, start)


def _check(tracks: Sequence[SheetTrack], starts: Sequence[int], total: int | None) -> None:
    for n in range(1, len(starts)):
        if starts[n] <= starts[n - 1]:
            raise MalformedError(f"track {tracks[n].number:02d} does not begin after track {tracks[n - 1].number:02d}")
    if total is not None and starts[-1] >= total:
        raise MalformedError(f"track {tracks[-1].number:02d} begins behind its end")
