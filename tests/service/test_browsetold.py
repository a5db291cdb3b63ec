"""What is told of a track whose tags say little."""

from musfuse.library.catalog.listedtracks import ListedTrack
from musfuse.model import AudioFormat, TagSet
from musfuse.service.browsetold import discs, track

ROW = ListedTrack(
    1, 255, "u", 7, 0, "", 0, "", 0, 2_000_003, 2000, 5, 0, 500_000, "a/b.c.FLAC", TagSet(), AudioFormat("flac", "flac", 44_100, 2, 16), (), ()
)  # fmt: skip


def test_a_track_without_tags_is_called_as_its_file() -> None:
    told = track(ROW)
    assert (told.id, told.title, told.suffix, told.artist, told.album_id) == ("tr-255", "b.c", "flac", "", "")
    assert (told.disc, told.number, told.bit_rate, told.bits) == (2, 3, 2000, 16)


def test_a_part_has_no_size_and_no_rate() -> None:
    told = track(ROW._replace(part=3, size=0, path="image"))
    assert (told.size, told.bit_rate, told.title, told.suffix) == (0, 0, "image", "")


def test_titles_of_discs() -> None:
    rows = [ROW._replace(tags=TagSet({"discsubtitle": ["Live"]})), ROW._replace(position=1_000_001)]
    assert discs(map(track, rows)) == {2: "Live"}
