"""Tags of a track: what the sheet says of it, over what it says of all, over the image's own."""

from musfuse.media.cue.fields import track_tags
from musfuse.media.cue.parse import parse_sheet
from musfuse.media.cue.sheet import Sheet
from musfuse.model import TagSet

TWO = ("TRACK 01 AUDIO", "INDEX 01 00:00:00", "TRACK 02 AUDIO", "INDEX 01 01:00:00")


def sheet_of(*lines: str) -> Sheet:
    return parse_sheet("\n".join(["FILE a WAVE", *lines]))


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


def test_what_is_said_of_the_whole_image_is_said_of_no_track() -> None:
    own = ("title", "tracknumber", "tracktotal", "isrc", "lyrics", "cuesheet", "musicbrainz_trackid", "acoustid_id",
           "replaygain_track_gain", "titlesort", "encodedby")  # fmt: skip
    image = TagSet({name: ["of all"] for name in (*own, "artist", "album", "replaygain_album_gain")})
    found = track_tags(image, sheet_of(*TWO), sheet_of(*TWO).tracks[1])
    assert dict(found) == {
        "artist": ("of all",), "album": ("of all",), "replaygain_album_gain": ("of all",), "tracknumber": ("2",), "tracktotal": ("2",),
    }  # fmt: skip


def test_a_disc_of_a_set_has_its_number_unless_its_sheet_or_image_tells_one() -> None:
    sheet, told = sheet_of(*TWO), parse_sheet("\n".join(["REM DISCNUMBER 7", "FILE a WAVE", *TWO]))
    one = track_tags(TagSet(), sheet, sheet.tracks[0], (2, 3))
    assert (one["discnumber"], one["disctotal"]) == (("2",), ("3",))
    other = track_tags(TagSet(), told, told.tracks[0], (2, 3))
    assert (other["discnumber"], other.get("disctotal")) == (("7",), None)
    assert track_tags(TagSet({"discnumber": ["5"]}), sheet, None, (2, 3))["discnumber"] == ("5",)


def test_the_total_counts_audio_and_is_never_below_the_last_number() -> None:
    data = sheet_of(*TWO, "TRACK 03 MODE1/2352", "INDEX 01 02:00:00")
    assert track_tags(TagSet(), data, data.tracks[0])["tracktotal"] == ("2",)
    late = sheet_of("TRACK 08 AUDIO", "INDEX 01 00:00:00", "TRACK 09 AUDIO", "INDEX 01 01:00:00")
    assert track_tags(TagSet(), late, late.tracks[0])["tracktotal"] == ("9",)
