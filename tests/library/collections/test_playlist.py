"""Collections as playlists."""

from dataclasses import replace

from musfuse.library.catalog.targets import Selected
from musfuse.library.collections.playlist import as_m3u8, failed
from musfuse.model import AudioFormat, Rendition, TagSet

TAGS = TagSet({"artist": ["A"], "title": ["T\nU"]})
ROW = Selected(
    1, 1, "s", 0, "/m", "t.wav", "A/T.flac", TAGS, TAGS, AudioFormat("wav", "pcm_16", 44_100, 2, 16, 44_100),
    Rendition.FLAC, False, False, 176_444,
)  # fmt: skip


def test_paths_lead_from_where_it_lies_and_what_has_no_place_is_left_out() -> None:
    text = as_m3u8("Late\nJazz", [ROW, replace(ROW, path=""), replace(ROW, path="#1.flac")])
    assert text.decode().splitlines() == [
        "#EXTM3U", "#PLAYLIST:Late Jazz", "#EXTINF:1,A - T U", "../A/T.flac", "#EXTINF:1,A - T U", "../#1.flac",
    ]  # fmt: skip


def test_one_that_cannot_be_made_says_why_in_one_line() -> None:
    assert failed("a", "no\n  rule").splitlines() == [b"#EXTM3U", b"#PLAYLIST:a", b"# no rule"]
