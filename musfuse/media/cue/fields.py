"""Tags of a track of an image: from the sheet, over the image's own."""

from musfuse.media.cue.sheet import Sheet, SheetTrack
from musfuse.model import TagSet

_OF_WHOLE = frozenset(
    "title tracknumber tracktotal cuesheet isrc lyrics musicbrainz_trackid musicbrainz_recordingid acoustid_id "  # noqa: SIM905
    "acoustid_fingerprint replaygain_track_gain replaygain_track_peak titlesort encodedby encoder".split()
)
_SHEET = {
    "title": "album", "performer": "albumartist", "genre": "genre", "date": "date", "comment": "comment",
    "discnumber": "discnumber", "totaldiscs": "disctotal", "catalog": "barcode", "upc": "barcode", "discid": "discid",
    "composer": "composer", "songwriter": "songwriter", "label": "label", "publisher": "label", "country": "country",
    "language": "language", "discsubtitle": "discsubtitle", "replaygain_album_gain": "replaygain_album_gain",
    "replaygain_album_peak": "replaygain_album_peak",
}  # fmt: skip
_TRACK = {
    "title": "title", "performer": "artist", "isrc": "isrc", "composer": "composer", "songwriter": "songwriter",
    "genre": "genre", "date": "date", "comment": "comment", "replaygain_track_gain": "replaygain_track_gain",
    "replaygain_track_peak": "replaygain_track_peak",
}  # fmt: skip
HIDDEN_TITLE = "Hidden Track"


def track_tags(image: TagSet, sheet: Sheet, track: SheetTrack | None, disc: tuple[int, int] | None = None) -> TagSet:
    """The tags; `track` is None for the hidden one. `disc` is (number, total) where only the set of sheets tells it."""
    fields: dict[str, tuple[str, ...]] = {name: image[name] for name in image if name not in _OF_WHOLE}
    for name, target in _SHEET.items():
        if value := sheet.fields.get(name):
            fields[target] = (value,)
    if performer := sheet.fields.get("performer"):
        fields["artist"] = (performer,)
    if disc is not None and "discnumber" not in fields:
        fields["discnumber"], fields["disctotal"] = (str(disc[0]),), (str(disc[1]),)
    if track is None:
        fields["title"], fields["tracknumber"] = (HIDDEN_TITLE,), ("0",)
    else:
        fields["tracknumber"] = (str(track.number),)
        for name, target in _TRACK.items():
            if value := track.fields.get(name):
                fields[target] = (value,)
    total = sum(t.audio for t in sheet.tracks)
    fields["tracktotal"] = (str(max(total, max((t.number for t in sheet.tracks if t.audio), default=0))),)
    return TagSet(fields)
