"""Lyrics: those in the tags, and files of lyrics beside the tracks."""

from msgspec import UNSET

from musfuse.library.catalog import TrackRow
from musfuse.server.beside import Beside
from musfuse.service.requests import browse as ask
from musfuse_http.subsonic import lrc, model
from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.params import Params

_FIELDS = ("syncedlyrics", "lyrics", "unsyncedlyrics")


class LyricsWanted(Params, frozen=True, kw_only=True):
    artist: str = ""
    title: str = ""


class SongLyricsWanted(Params, frozen=True, kw_only=True):
    id: str
    enhanced: bool = False


def lyrics(call: Call[LyricsWanted]) -> Parts:
    """The lyrics of a track that is called so, as one text; empty for none."""
    wanted, empty = call.params, {"lyrics": {"value": ""}}
    if not wanted.title:
        return empty
    found = call.ask(ask.FindThings(f"{wanted.artist} {wanted.title}", 0, 0, 20, sources=call.sources())).tracks
    for track in found:
        if track.title.casefold() == wanted.title.casefold():
            kept = _kept(call, track)
            if kept:
                text = "\n".join(line.text for line in kept[0].lines)
                return {"lyrics": {"artist": track.artist, "title": track.title, "value": text}}
    return empty


def song_lyrics(call: Call[SongLyricsWanted]) -> Parts:
    """All lyrics of a track, line by line; `enhanced`: with the times of words."""
    call.tracks((call.params.id,))
    (track,) = call.ask(ask.ShowTracks((call.params.id,), call.sources())).tracks
    told = [_told(track, one, enhanced=call.params.enhanced) for one in _kept(call, track)]
    return {"lyricsList": {"structuredLyrics": told}}


def _told(track: ask.TrackTold, kept: lrc.Lyrics, *, enhanced: bool) -> model.StructuredLyrics:
    lines = tuple(model.Line(value=line.text, start=UNSET if line.start is None else line.start) for line in kept.lines)
    cues = tuple(
        model.CueLine(
            index=at, start=UNSET if line.start is None else line.start, value=line.text,
            cue=tuple(
                model.Cue(start=word.start, byte_start=word.first, byte_end=word.last, value=word.text)
                for word in line.words
            ),
        )
        for at, line in enumerate(kept.lines) if line.words
    )  # fmt: skip
    return model.StructuredLyrics(
        display_artist=track.artist, display_title=track.title, lang=kept.language, offset=kept.offset,
        synced=kept.synced, line=lines,
        kind="main" if enhanced else UNSET, cue_line=cues if enhanced and cues else UNSET,
    )  # fmt: skip


def _kept(call: Call[Params], track: ask.TrackTold) -> list[lrc.Lyrics]:
    """Those with times first; each text once."""
    texts = [value for field in _FIELDS for value in track.tags.get(field, ())]
    row = call.context.streams.row(call.track(track.id), None)
    beside = _beside(call, row)
    if beside:
        texts.insert(0, beside)
    found = [lrc.parsed(text) for text in dict.fromkeys(texts)]
    return sorted((one for one in found if one.lines), key=lambda one: not one.synced)


def _beside(call: Call[Params], row: TrackRow) -> str:
    """The text of the file of lyrics beside a track; '' for none, and for a part of a file."""
    if row.part:
        return ""
    data = call.context.reach.part(Beside).read(row.track.file, (".lrc", ".LRC"), lrc.MOST_BYTES)
    return "" if data is None else _decoded(data)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16"):
        if encoding == "utf-8-sig" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    return data.decode("latin-1")
