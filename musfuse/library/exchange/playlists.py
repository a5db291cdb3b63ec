"""Tracks as a playlist: M3U8, XSPF (xspf.org, version 1), JSPF (the same as JSON). Entries are written as they come.

`place_of` tells where a player finds a track: a path, absolute or from where the playlist lies, or a URI.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import TextIO
from urllib.parse import quote
from xml.sax.saxutils import escape

from musfuse.library.exchange.columns import ExchangedTrack

PlaceOf = Callable[[ExchangedTrack], str]

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_URI = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def write_m3u8(tracks: Iterable[ExchangedTrack], title: str, place_of: PlaceOf, out: TextIO) -> int:
    """Write M3U8, with lengths in seconds; how many tracks there were."""
    count = 0
    out.write(f"#EXTM3U\n#PLAYLIST:{_line(title)}\n")
    for count, track in enumerate(tracks, 1):  # noqa: B007
        seconds = -1 if track.duration_ms is None else round(track.duration_ms / 1000)
        name = " - ".join(filter(None, (track.text("artist"), track.text("title"))))
        out.write(f"#EXTINF:{seconds},{_line(name)}\n{_path_line(place_of(track))}\n")
    return count


def write_xspf(tracks: Iterable[ExchangedTrack], title: str, place_of: PlaceOf, out: TextIO) -> int:
    """Write XSPF; how many tracks there were."""
    count = 0
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<playlist version="1" xmlns="http://xspf.org/ns/0/">\n')
    out.write(f" {_element('title', title)}\n <trackList>\n")
    for count, track in enumerate(tracks, 1):  # noqa: B007
        elements = (_element(name, str(value)) for name, value in _facts(track, place_of).items())
        out.write(f"  <track>{''.join(elements)}</track>\n")
    out.write(" </trackList>\n</playlist>\n")
    return count


def write_jspf(tracks: Iterable[ExchangedTrack], title: str, place_of: PlaceOf, out: TextIO) -> int:
    """Write JSPF; how many tracks there were."""
    count = 0
    out.write(f'{{"playlist": {{"title": {json.dumps(title)}, "track": [')
    for count, track in enumerate(tracks, 1):
        facts: dict[str, object] = dict(_facts(track, place_of))
        facts["location"] = [facts["location"]]
        if "identifier" in facts:
            facts["identifier"] = [facts["identifier"]]
        out.write(("," if count > 1 else "") + "\n" + json.dumps(facts))
    out.write("\n]}}\n")
    return count


def as_uri(place: str) -> str:
    """A path as a reference of RFC 3986; what is a URI already stays so."""
    if _URI.match(place):
        return place
    path = quote(place.encode("utf-8", "surrogateescape"), safe="/")
    return "file://" + path if place.startswith("/") else path


def _facts(track: ExchangedTrack, place_of: PlaceOf) -> dict[str, str | int]:
    """The elements of a track, in the order of the specification."""
    found: dict[str, str | int | None] = {
        "location": as_uri(place_of(track)),
        "identifier": _recording(track),
        "title": track.text("title"),
        "creator": track.text("artist"),
        "album": track.text("album"),
        "trackNum": track.number("tracknumber"),
        "duration": track.duration_ms,
    }
    return {name: value for name, value in found.items() if value not in (None, "", 0)}


def _recording(track: ExchangedTrack) -> str:
    found = next(iter(track.tags.get("musicbrainz_trackid", ())), "")
    return f"https://musicbrainz.org/recording/{found}" if re.fullmatch(r"[0-9a-f-]{36}", found) else ""


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_NO_XML.sub('', text))}</{name}>"


def _line(text: str) -> str:
    """Text without line ends, which would begin another entry."""
    return " ".join(text.split()).encode("utf-8", "replace").decode("utf-8")


def _path_line(path: str) -> str:
    """A path as a line of its own: one with a line end, or that would be a comment, is written as a URI."""
    if any(end in path for end in "\n\r"):
        return as_uri(path)
    return f"./{path}" if path.startswith("#") else path
