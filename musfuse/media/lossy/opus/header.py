"""The pages in front of the audio: who made it and how (RFC 7845 §5.1), tags and pictures (§5.2)."""

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from musfuse.media.lossy.opus.stream import PRE_SKIP
from musfuse.media.retag.oggpages import FIRST, fewest_pages, lacing_of, lay_out, make_page
from musfuse.media.tags.edit import TagEdit
from musfuse.media.tags.vorbis import Comments, edit_comments, fitting, picture_entry, picture_entry_length
from musfuse.model import Picture, TagSet

HEADER_VERSION = 1
"""Raised whenever the same track would get other header bytes, so that kept sizes are made anew."""

_DECIBELS = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d{1,6})?)\s*(?:db)?\s*", re.IGNORECASE)
_LOUDER = 5.0
"""dB by which ReplayGain's reference, 89 dB SPL or -18 LUFS, lies above that of EBU R 128, which Opus has."""
_REPLAY_GAINS = {"replaygain_track_gain": "r128_track_gain", "replaygain_album_gain": "r128_album_gain"}
_NOT_CARRIED = frozenset({"replaygain_track_peak", "replaygain_album_peak", "replaygain_reference_loudness"})
_PAGE_HEAD, _LACING = 27, 255


@dataclass(frozen=True, slots=True)
class Gains:
    """Gains in steps of 1/256 dB towards -23 LUFS; None where none is known."""

    track: int | None = None
    album: int | None = None

    @classmethod
    def of(cls, tags: Mapping[str, Sequence[str]]) -> "Gains":
        """What tags say: those of Opus, or ReplayGain's."""
        return cls(*(_gain(tags, f"r128_{what}_gain", f"replaygain_{what}_gain") for what in ("track", "album")))

    def minus(self, applied: int) -> "Gains":
        """What is left of them where players have applied so much already."""
        return Gains(*(None if gain is None else _bounded(gain - applied) for gain in (self.track, self.album)))


def opus_tags(tags: TagSet, gains: Gains) -> TagSet:
    """The tags that an Opus file carries: gains as RFC 7845 §5.2.1 has them, in place of ReplayGain's."""
    kept = {name: values for name, values in tags.items() if name not in _REPLAY_GAINS and name not in _NOT_CARRIED}
    for name, gain in (("r128_track_gain", gains.track), ("r128_album_gain", gains.album)):
        kept.pop(name, None)
        if gain is not None:
            kept[name] = (str(gain),)
    return TagSet(kept)


class OpusHeader:
    """The pages as a segment of a file: their length is known at once, and they are made when they are read. `table` is
    encoder.channel_table's, `gain` what players apply to all (1/256 dB), `load` gives the bytes of pictures."""

    def __init__(
        self,
        channels: int,
        rate: int,
        serial: int,
        tags: TagSet,
        pictures: Sequence[Picture],
        load: Callable[[Picture], bytes],
        table: Callable[[], bytes],
        gain: int = 0,
    ) -> None:
        self._front, self._table = struct.pack("<8sBBHIh", b"OpusHead", 1, channels, PRE_SKIP, rate, gain), table
        self._serial, self._load = serial, load
        self._comments = edit_comments(None, TagEdit(tags, frozenset()))
        self._pictures = fitting(pictures)
        first = len(self._front) + (1 if channels <= 2 else 3 + channels)
        text = 8 + len(self._comments.to_bytes()) + sum(4 + picture_entry_length(p) for p in self._pictures)
        values = text // _LACING + 1
        self.pages = 1 + -(-values // _LACING)
        """How many pages these are."""
        self._length = self.pages * _PAGE_HEAD + 1 + first + values + text
        self._made = b""

    @property
    def length(self) -> int:
        return self._length

    def read(self, offset: int, size: int) -> bytes:
        """The bytes asked for. Raises MediaError where a picture is lost, StoreError."""
        if not self._made:
            self._made = self._make()
        return self._made[offset : offset + size]

    def describe(self) -> str:
        return "Opus header"

    def close(self) -> None:
        """Forget what was made."""
        self._made = b""

    def _make(self) -> bytes:
        head = self._front + self._table()
        entries = tuple(picture_entry(p, self._load(p)) for p in self._pictures)
        text = b"OpusTags" + Comments(self._comments.vendor, (*self._comments.entries, *entries)).to_bytes()
        return make_page(FIRST, 0, self._serial, 0, lacing_of([head]), head) + lay_out(
            [text], self._serial, 1, fewest_pages([text])
        )


def _gain(tags: Mapping[str, Sequence[str]], own: str, replay: str) -> int | None:
    said = (tags.get(own) or ("",))[0]
    if re.fullmatch(r"\s*[+-]?\d{1,5}\s*", said, re.ASCII):
        return _bounded(int(said))
    found = _DECIBELS.fullmatch((tags.get(replay) or ("",))[0])
    return _bounded(round((float(found[1]) - _LOUDER) * 256)) if found else None


def _bounded(gain: int) -> int:
    return max(-32_768, min(32_767, gain))
