"""Libraries as iTunes writes them, made up."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN"'
    ' "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n<dict>\n'
    "\t<key>Major Version</key><integer>1</integer>\n\t<key>Application Version</key><string>12.9</string>\n"
    "\t<key>Date</key><date>2021-01-02T03:04:05Z</date>\n\t<key>Music Folder</key><string>file://localhost/x/</string>\n"
)


class Date(str):
    """A text that is written as a date."""


def value(given: object) -> str:
    if isinstance(given, bool):
        return "<true/>" if given else "<false/>"
    if isinstance(given, Date):
        return f"<date>{given}</date>"
    if isinstance(given, int):
        return f"<integer>{given}</integer>"
    if isinstance(given, Mapping):
        return "<dict>" + "".join(f"<key>{escape(str(k))}</key>{value(v)}" for k, v in given.items()) + "</dict>"
    if isinstance(given, Sequence) and not isinstance(given, str):
        return "<array>" + "".join(map(value, given)) + "</array>"
    return f"<string>{escape(str(given))}</string>"


def library(tracks: Sequence[Mapping[str, object]], playlists: Sequence[Mapping[str, object]] = ()) -> str:
    """The XML of tracks, which get numbers from 1 on, and playlists, whose `items` are such numbers."""
    numbered = {number: {"Track ID": number, **facts} for number, facts in enumerate(tracks, 1)}
    lists = [
        {
            **{k: v for k, v in facts.items() if k != "items"},
            "Playlist Items": [{"Track ID": n} for n in facts["items"]],
        }
        for facts in playlists
    ]  # type: ignore[attr-defined]
    return f"{HEAD}\t<key>Tracks</key>\n{value(numbered)}\n\t<key>Playlists</key>\n{value(lists)}\n</dict>\n</plist>\n"
