"""Playlists of other programs, read: M3U, M3U8, PLS, XSPF. What they hold is hostile: all of it is bounded, and what is
no playlist is refused.

What they name stays as it stands there, but for URIs of files, which become paths; where it leads is found out later.
"""

import re
from urllib.parse import unquote
from xml.parsers import expat

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.cue.text import decode_sheet

EXTENSIONS = frozenset({"m3u", "m3u8", "pls", "xspf"})
LARGEST, MOST_PLACES = 4 << 20, 10_000
"""Bytes of a playlist, and places in it, that are read."""
_LONGEST, _DEEPEST = 4096, 32
_LINES = re.compile(r"[\r\n]+")
"""What Python ends lines at besides, names of files may have."""
_PLS = re.compile(r"\s*file(\d{1,6})\s*=(.*)", re.IGNORECASE)
_FILE = re.compile(r"file:(?://([^/]*))?(/.*)", re.IGNORECASE)
_URI = re.compile(r"[a-z][a-z0-9+.-]+:(?!\\)", re.IGNORECASE)
_DRIVE = re.compile(r"/+([A-Za-z]:(?:/|$))")


def is_playlist(name: str) -> bool:
    """Whether a file is a playlist by its name."""
    stem, _, extension = name.rpartition(".")
    return bool(stem) and extension.lower() in EXTENSIONS and not name.startswith(".")


def read_playlist(name: str, raw: bytes) -> list[str]:
    """The places that a playlist names, in order. Raises MalformedError, ExcessiveError for what is none, or holds more
    than any does."""
    if len(raw) > LARGEST:
        raise ExcessiveError(f"larger than a playlist that is read ({LARGEST >> 20} MiB)")
    kind = name.rpartition(".")[2].lower()
    places = _xspf(raw) if kind == "xspf" else _pls(_text(raw)) if kind == "pls" else _m3u(_text(raw))
    if kind not in EXTENSIONS and not _names_files(raw, places):
        raise MalformedError("few of its lines name a file, so it is no playlist; call it .m3u8 if it is one")
    if len(places) > MOST_PLACES:
        raise ExcessiveError(f"names more than {MOST_PLACES} tracks")
    if any(len(place) > _LONGEST for place in places):
        raise ExcessiveError(f"names a place of more than {_LONGEST} characters")
    return places


def is_stream(place: str) -> bool:
    """Whether a place is no file, but something to be fetched from elsewhere."""
    return bool(_URI.match(place)) and not re.match(r"[A-Za-z]:", place)


def _text(raw: bytes) -> str:
    if raw[:4] == b"RIFF" or b"\0\0" in raw[:64]:
        raise MalformedError("no text, so it is no playlist")
    return decode_sheet(raw)[0]


def _m3u(text: str) -> list[str]:
    lines = (line.strip() for line in _LINES.split(text))
    return [place_of(line) for line in lines if line and not line.startswith("#")]


def _names_files(raw: bytes, places: list[str]) -> bool:
    """Whether a text that is not called a playlist may be one: it says so, or half of its lines at least look like
    names of files or streams."""
    files = sum("://" in place or _has_extension(place) for place in places)
    return b"#EXTM3U" in raw[:64] or 0 < len(places) <= 2 * files


def _has_extension(place: str) -> bool:
    stem, _, extension = place.rpartition(".")
    return bool(stem) and 2 <= len(extension) <= 4 and extension.isascii() and extension.isalnum()


def _pls(text: str) -> list[str]:
    found = [(int(match[1]), place_of(match[2].strip())) for line in _LINES.split(text) if (match := _PLS.match(line))]
    if not found and "[playlist]" not in text.lower():
        raise MalformedError("no [playlist] in it")
    return [place for _, place in sorted(found, key=lambda pair: pair[0]) if place]


def place_of(text: str) -> str:
    """What a text names; a URI of a file as a path, with its drive letter in front where it has one."""
    match = _FILE.fullmatch(text)
    if not match:
        return text
    host, path = match[1] or "", unquote(match[2], errors="surrogateescape")
    if host and host.lower() != "localhost":
        return f"//{host}{path}"
    return _DRIVE.sub(r"\1", path)


class _Xspf:
    """What expat tells of an XSPF: the first location of each track."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._path, self._text, self._has_one = list[str](), list[str](), False
        self.places = list[str]()
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise MalformedError("declares a document type, which no playlist needs")

    def _begin(self, name: str, _: object) -> None:
        self._path.append(name.rpartition(" ")[2])
        if len(self._path) > _DEEPEST:
            raise ExcessiveError(f"has more than {_DEEPEST} elements within each other")
        if len(self._path) == 1 and self._path[0] != "playlist":
            raise MalformedError("no playlist in it")
        self._text.clear()
        self._has_one = self._has_one and self._path[-1] != "track"

    def _say(self, text: str) -> None:
        if self._path[-1] == "location" and sum(map(len, self._text)) <= _LONGEST:
            self._text.append(text)

    def _end(self, _: str) -> None:
        name = self._path.pop()
        if name == "location" and self._path[-1:] == ["track"] and not self._has_one:
            text = "".join(self._text).strip()
            place = place_of(text)
            if place == text and not _URI.match(text):
                place = unquote(text, errors="surrogateescape")
            if place:
                self._has_one = True
                self.places.append(place)
            if len(self.places) > MOST_PLACES:
                raise ExcessiveError(f"names more than {MOST_PLACES} tracks")
        self._text.clear()


def _xspf(raw: bytes) -> list[str]:
    parser = expat.ParserCreate(namespace_separator=" ")
    found = _Xspf(parser)
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise MalformedError(f"no XML: {error}") from None
    except (ValueError, LookupError) as error:  # an encoding that expat does not know
        raise MalformedError(f"no XML that can be read: {error}") from None
    return found.places
