"""Read a cue sheet's text, in time linear to its length. What can be used is used; the rest is a SheetProblem."""

import re

from musfuse.media.cue.sheet import FRAMES_A_SECOND, Index, Sheet, SheetProblem, SheetTrack

MAX_TEXT = 4 << 20
_MAX_PROBLEMS = 50
_MAX_VALUE = 4096
_TIME = re.compile(r"(\d{1,6}):(\d{1,2}):(\d{1,2})$", re.ASCII)
_WORD = re.compile(r"[^ \t\xa0]+")
_BLANK = " \t\xa0\x00\ufeff"
_TEXTS = {
    "TITLE": "title", "PERFORMER": "performer", "SONGWRITER": "songwriter", "CATALOG": "catalog", "ISRC": "isrc",
    "CDTEXTFILE": "cdtextfile", "FLAGS": "flags",
}  # fmt: skip
_IGNORED = frozenset({"PREGAP", "POSTGAP"})  # silence that is not in the image
_REM = frozenset(
    "genre date discid discnumber totaldiscs comment composer replaygain_album_gain replaygain_album_peak "  # noqa: SIM905
    "replaygain_track_gain replaygain_track_peak label publisher country upc language discsubtitle".split()
)


def parse_sheet(text: str) -> Sheet:
    """Read a sheet; never raises. Keywords may be in any case, quotes may be missing or nested."""
    return _Reader().read(text[:MAX_TEXT])


class _Reader:
    def __init__(self) -> None:
        self._sheet = Sheet()
        self._track: SheetTrack | None = None
        self._line = 0

    def read(self, text: str) -> Sheet:
        for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
            self._line = number
            line = raw.strip(_BLANK)
            if line:
                self._take(line, len(raw) - len(raw.lstrip(_BLANK)) + 1)
        for track in self._sheet.tracks:
            if track.audio and not track.indexes:
                self._problem(1, f"track {track.number:02d} has no INDEX")
        return self._sheet

    def _problem(self, column: int, what: str) -> None:
        if len(self._sheet.problems) < _MAX_PROBLEMS:
            self._sheet.problems.append(SheetProblem(self._line, column, what))

    def _take(self, line: str, column: int) -> None:
        word = _WORD.match(line)
        assert word is not None
        keyword, rest = word.group().upper(), line[word.end() :].strip(_BLANK)
        where = column + len(line) - len(rest)
        if keyword == "FILE":
            self._file(rest, where)
        elif keyword == "TRACK":
            self._begin_track(rest, where)
        elif keyword == "INDEX":
            self._index(rest, where)
        elif keyword == "REM":
            self._rem(rest)
        elif keyword in _TEXTS:
            self._text(_TEXTS[keyword], _unquoted(rest))
        elif keyword not in _IGNORED:
            self._problem(column, f"{word.group()[:40]!r} is no command of a cue sheet")

    def _text(self, name: str, value: str) -> None:
        fields = self._track.fields if self._track is not None else self._sheet.fields
        if value and (self._track is not None or name not in fields):
            fields[name] = value[:_MAX_VALUE]

    def _file(self, rest: str, column: int) -> None:
        name = rest
        if rest.startswith('"'):
            name = rest[1 : rest.rindex('"')] if rest.count('"') > 1 else rest[1:]
        else:
            words = rest.rsplit(None, 1)
            if len(words) == 2 and words[1].upper() in ("WAVE", "BINARY", "MP3", "AIFF", "MOTOROLA", "FLAC"):
                name = words[0]
        if not name.strip():
            self._problem(column, "FILE without a name")
        self._sheet.files.append(name.strip())

    def _begin_track(self, rest: str, column: int) -> None:
        words = rest.split()
        if not words or not words[0].isascii() or not words[0].isdigit() or len(words[0]) > 6:
            self._problem(column, f"TRACK {rest[:40]!r}: a number is missing")
            number = self._sheet.tracks[-1].number + 1 if self._sheet.tracks else 1
        else:
            number = int(words[0])
        if self._sheet.tracks and number <= self._sheet.tracks[-1].number:
            self._problem(column, f"track {number:02d} comes after track {self._sheet.tracks[-1].number:02d}")
        self._track = SheetTrack(number, words[1].upper() if len(words) > 1 else "AUDIO")
        self._sheet.tracks.append(self._track)

    def _index(self, rest: str, column: int) -> None:
        words = rest.split()
        time = _TIME.match(words[1]) if len(words) > 1 else None
        if time is None or not words[0].isascii() or not words[0].isdigit() or len(words[0]) > 2:
            self._problem(column, f"INDEX {rest[:40]!r}: a number and mm:ss:ff are needed")
            return
        minutes, seconds, frames = map(int, time.groups())
        if seconds > 59 or frames >= FRAMES_A_SECOND:
            self._problem(column, f"INDEX {rest[:40]!r}: there are 60 seconds and 75 frames")
            return
        if self._track is None or not self._sheet.files:
            self._problem(column, "INDEX outside of a track or before any FILE")
            return
        at = (minutes * 60 + seconds) * FRAMES_A_SECOND + frames
        number = int(words[0])
        if self._track.index(number) is not None:
            self._problem(column, f"track {self._track.number:02d} has a second INDEX {number:02d}")
            return
        if len(self._track.indexes) < 100:
            self._track.indexes.append(Index(number, len(self._sheet.files) - 1, at))

    def _rem(self, rest: str) -> None:
        word = _WORD.match(rest)
        if word is not None and word.group().lower() in _REM:
            self._text(word.group().lower(), _unquoted(rest[word.end() :].strip(_BLANK)))


def _unquoted(text: str) -> str:
    """A text without its outer quotes, of which the second may be missing; inner ones stay."""
    if text.startswith('"'):
        text = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    return text.strip(_BLANK)
