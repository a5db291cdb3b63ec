"""Lyrics of tracks: of the file beside them, of the tags."""

from over_http.subsonic.harness import Api


def test_a_file_beside_a_track_has_lyrics_with_times(api: Api) -> None:
    (told,) = api.ok("getLyricsBySongId", id=api.ids["song"])["lyricsList"]["structuredLyrics"]
    assert (told["synced"], told["lang"], told["displayTitle"]) == (True, "eng", "Title 1")
    assert told["line"] == [{"start": 500, "value": "First line"}, {"start": 1000, "value": "Second line"}]
    assert "cueLine" not in told
    assert "kind" not in told


def test_words_are_told_to_who_asks_for_them(api: Api) -> None:
    (told,) = api.ok("getLyricsBySongId", id=api.ids["song"], enhanced="true")["lyricsList"]["structuredLyrics"]
    (cues,) = told["cueLine"]
    assert (told["kind"], cues["index"], cues["value"]) == ("main", 1, "Second line")
    assert [(cue["start"], cue["byteStart"], cue["byteEnd"], cue["value"]) for cue in cues["cue"]] == [
        (1000, 0, 6, "Second "), (1200, 7, 10, "line"),
    ]  # fmt: skip


def test_a_track_without_has_none(api: Api) -> None:
    assert api.ok("getLyricsBySongId", id=api.ids["second"])["lyricsList"] == {"structuredLyrics": []}
    assert api.ok("getLyrics", artist="Zoo", title="Title 2")["lyrics"] == {"value": ""}
    assert api.ok("getLyrics", artist="Zoo", title="title 1")["lyrics"]["value"] == "First line\nSecond line"
