"""Answers of the service as messages."""

from typing import Any

from musfuse_grpc import messages
from musfuse_grpc.v1 import musicfs_pb2 as pb

from musfuse.service.requests.metadata import MetadataTold
from musfuse.service.requests.overview import CacheTold, TierTold


def told(tags: dict[str, tuple[str, ...]], **facts: Any) -> MetadataTold:
    known = {
        "id": 7, "path": "a", "source": "/a", "part": 0, "source_bytes": 1000, "container": "mp3", "codec": "mp3",
        "rate": 44_100, "channels": 0, "bits": None, "duration_ns": None,
    }  # fmt: skip
    return MetadataTold(**{**known, **facts}, tags=tags)


def test_tags_that_do_not_fit_their_field_are_custom_ones() -> None:
    made = messages.metadata(told({
        "tracknumber": ("A1",), "discnumber": ("2",), "compilation": ("yes",), "date": ("about 1970",),
        "replaygain_track_gain": ("loud",), "replaygain_album_gain": ("-1.5 dB",), "artist": ("A", "B"), "mood": (),
    }))  # fmt: skip
    assert (made.disc, made.artist, made.date, made.replaygain_album_gain) == (2, "A; B", "about 1970", -1.5)
    assert not any(
        made.HasField(name) for name in ("track", "year", "compilation", "channels", "duration_ms", "bitrate")
    )
    assert dict(made.custom_tags) == {"tracknumber": "A1", "compilation": "yes", "replaygain_track_gain": "loud"}


def test_a_part_of_an_image_has_no_bitrate_of_its_own() -> None:
    assert messages.metadata(told({}, duration_ns=10**9)).bitrate == 8000
    assert not messages.metadata(told({}, duration_ns=10**9, part=2)).HasField("bitrate")
    assert messages.metadata(told({"tracktotal": (str(1 << 40),)})).custom_tags["tracktotal"] == str(1 << 40)


def test_every_text_of_an_update_has_its_tag() -> None:
    fields = pb.UpdateMetadataRequest.DESCRIPTOR.fields
    texts = {field.name for field in fields if field.type == field.TYPE_STRING}
    assert texts <= set(messages.TEXTS)


def test_an_event_has_its_fields_and_the_rest_as_texts() -> None:
    made = messages.event_message({
        "seq": 9, "time_ns": 5_000_000, "event": "file_added",
        "data": {"path": "caf\udce9", "origin_id": "o", "file_id": 3, "whole": True, "count": 2},
    })  # fmt: skip
    assert (made.path, made.origin_id, made.file_id, made.timestamp_ms, made.seq) == ("caf\ufffd", "o", 3, 5, 9)
    assert dict(made.metadata) == {"whole": "true", "count": "2"}
    assert messages.lost_message(None, 4).metadata["count"] == ""
    assert messages.lost_message(3, 4, of="all kinds").metadata["of"] == "all kinds"
    assert messages.ended_message("over", 4).metadata["reason"] == "over"


def test_a_cache_that_nobody_used_has_no_ratio() -> None:
    made = messages.cache(CacheTold(TierTold(0, 0), TierTold(0, 0), TierTold(0, 0), 10))
    assert (made.hit_ratio, made.dedup_ratio, made.size_limit_bytes) == (0, 1, 10)
    made = messages.cache(CacheTold(TierTold(1, 2), TierTold(3, 4, 6, 9), TierTold(5, 6, 2, 8), 10))
    assert (made.hit_count, made.miss_count, made.hit_ratio, made.chunk_count) == (8, 8, 0.5, 8)
    far = CacheTold(TierTold(1, 2), TierTold(3, 4, 6, 9), TierTold(5, 6, 2, 8), 10, TierTold(7, 100, 1, 2), 1000, 250)
    made = messages.cache(far)
    assert (made.used_size_bytes, made.total_size_bytes, made.size_limit_bytes) == (110, 112, 1010)
    assert (made.hit_count, made.miss_count, made.chunk_count, made.dedup_ratio) == (9, 10, 15, 2.5)
    assert (made.l3_chunks.entries, made.l3_chunks.size_bytes) == (12, 106)
