"""Values that all layers share: versions, names in keys, tags, lengths."""

import os
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.model import (
    WHOLE,
    ArtKind,
    AudioFormat,
    Rendition,
    SampleRange,
    SourceFile,
    Stamp,
    TagSet,
    TagSource,
    Track,
    path_of,
    path_text,
)

STAMPS = st.builds(
    Stamp,
    st.sampled_from([1, 2]),
    st.just(1),
    st.sampled_from(["", "etag", "7 100 644", "7 100 600", "7 200 600", "8 100 644", "7 100"]),
)


@given(STAMPS, STAMPS)
def test_versions_agree_both_ways(one: Stamp, other: Stamp) -> None:
    assert one.agrees_with(one)
    assert one.agrees_with(other) == other.agrees_with(one)
    assert one.looks_like(other) or not one.agrees_with(other)


@pytest.mark.parametrize(
    ("before", "now", "agree"),
    [
        ("7 100 644", "7 200 600", True),  # the permissions explain the later change time
        ("7 100 644", "7 200 644", False),  # nothing does: rewritten, with size and mtime kept
        ("7 100 644", "8 200 600", False),  # another file in its place
        ("7 100 644", "", True),  # nothing was kept
        ('"etag"', '"other"', False),
        ("7 100", "7 200", False),
    ],
)
def test_what_a_change_time_tells(before: str, now: str, agree: bool) -> None:
    assert Stamp(5, 9, before).agrees_with(Stamp(5, 9, now)) is agree
    assert not Stamp(5, 9, before).agrees_with(Stamp(6, 9, now))
    assert not Stamp(5, 9, before).agrees_with(Stamp(5, 8, now))


def test_an_index_is_named_by_what_survives_a_move() -> None:
    stamp = Stamp(5, 9, "tag")
    moved = [SourceFile("src", path, stamp, "17") for path in ("a.wav", "b/a.wav")]
    assert {file.index_name for file in moved} == {"src/17"}
    assert SourceFile("src", "a.wav", stamp, "18", older_name="src/17").index_name == "src/17"
    by_path = {SourceFile("src", path, stamp).index_name for path in ("a.wav", "b/a.wav", "b%2Fa.wav")}
    assert len(by_path) == 3
    assert all(name.startswith("src/path:") for name in by_path)


@given(st.binary(min_size=1, max_size=12).filter(lambda raw: b"\0" not in raw))
def test_a_path_is_kept_as_ascii_whatever_its_bytes(raw: bytes) -> None:
    path = os.fsdecode(raw)
    assert path_text(path).isascii()
    assert path_of(path_text(path)) == path


def test_a_reader_rests_on_the_version_and_the_file() -> None:
    def version(tag: str, ident: str) -> str:
        return SourceFile("src", "a", Stamp(5, 9, tag), ident).version

    assert version("", "1") != version("", "2")
    assert version("t1", "1") != version("t2", "1")
    assert version("t1", "1") == version("t1", "2")  # the tag holds the file's number where there is one


def test_tags_hold_no_empty_values_and_know_fields_by_lower_case() -> None:
    tags = TagSet({"ARTIST": ["", "Ann", "Bob"], "Title": [""], "x": []})
    assert dict(tags) == {"artist": ("Ann", "Bob")}
    assert (tags.first("artist"), tags.first("title")) == ("Ann", None)
    assert tags == TagSet([("artist", ("Ann", "Bob"))])
    assert hash(tags) == hash(TagSet.kept({"artist": ["Ann", "Bob"]}))
    assert tags != {"artist": ("Ann", "Bob")}


@pytest.mark.parametrize(
    ("rate", "samples", "length"),
    [(44_100, 44_100, 10**9), (0, 44_100, None), (44_100, None, None), (44_100, 0, 0), (3, 1, 333_333_333)],
)
def test_a_length_is_known_where_rate_and_samples_are(rate: int, samples: int | None, length: int | None) -> None:
    assert AudioFormat("wav", "pcm_16", rate, 2, 16, samples, "int").duration_ns == length


@pytest.mark.parametrize(
    ("codec", "pcm", "bits"), [("pcm_24", "int", 24), ("dsd", "", 24), ("mp3", "", 0), ("wavpack", "float", 24)]
)
def test_lossy_audio_has_no_bits_whatever_its_header_says(codec: str, pcm: str, bits: int) -> None:
    assert AudioFormat("x", codec, 44_100, 2, 24, None, pcm).sample_bits == bits


def test_who_says_what_a_tag_is_has_an_order() -> None:
    ranks = [TagSource(said).rank for said in ("embedded", "provider", "orchestrator", "user")]
    assert ranks == sorted(set(ranks))
    assert [ArtKind.of(kind) for kind in (0, 3, 4, 5, 99)] == [
        ArtKind.FRONT, ArtKind.FRONT, ArtKind.BACK, ArtKind.OTHER, ArtKind.OTHER,
    ]  # fmt: skip


def test_a_track_is_as_new_as_what_is_said_of_it() -> None:
    def track(edited_ns: int, part: SampleRange | None = None) -> Track:
        file, fmt = SourceFile("src", "a", Stamp(5, 90)), AudioFormat("wav", "pcm_16")
        return Track(1, file, fmt, TagSet(), Rendition.FLAC, part=part, edited_ns=edited_ns)

    assert (track(0).mtime_ns, track(91).mtime_ns) == (90, 91)
    assert (track(0).sample_range, track(0, SampleRange(100)).sample_range) == (WHOLE, SampleRange(100))
    assert track(0, SampleRange(0, 7)).sample_range == SampleRange(0, 7)


COUNTS = st.integers(0, 30)


@given(COUNTS, st.none() | COUNTS, COUNTS)
def test_it_counts_as_a_slice_does(first: int, count: int | None, total: int) -> None:
    samples = SampleRange.counted(first, count)
    assert samples.count == count
    assert samples.count_of(None) == count
    assert samples.count_of(total) == len(range(total)[samples.start : samples.stop])


@pytest.mark.parametrize(
    ("samples", "whole"),
    [
        (WHOLE, True),
        (SampleRange(0), True),
        (SampleRange(1), False),
        (SampleRange(0, 10), False),
        (SampleRange(0, 0), False),
    ],
)
def test_only_everything_is_whole(samples: SampleRange, whole: bool) -> None:
    assert samples.is_whole is whole


@given(st.binary(max_size=40))
def test_a_path_is_quoted_as_urllib_quotes_it(raw: bytes) -> None:
    path = raw.decode("utf-8", "surrogateescape")
    assert path_text(path) == quote(raw)
    assert path_of(path_text(path)) == path


def test_tags_are_a_mapping() -> None:
    tags = TagSet({"title": ["One"], "genre": ["A", "B"]})
    assert dict(tags) == dict(tags.items()) == {"title": ("One",), "genre": ("A", "B")}
    assert (list(tags.keys()), list(tags.values())) == (["title", "genre"], [("One",), ("A", "B")])
    assert (tags.get("title"), tags.get("album"), tags.get("album", ())) == (("One",), None, ())
