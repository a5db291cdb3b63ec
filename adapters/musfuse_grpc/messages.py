"""Answers of the service as messages of the interface."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from musfuse.service.requests.metadata import MetadataTold
from musfuse.service.requests.overview import CacheTold, LibraryState, Overview, SourceHealth, SourceOverview, TierTold
from musfuse.service.requests.search import FoundMusic
from musfuse_grpc.failures import text
from musfuse_grpc.v1 import musicfs_pb2 as pb

_HEALTH: Mapping[SourceHealth, pb.HealthStatus] = MappingProxyType(
    {
        SourceHealth.UNKNOWN: pb.HEALTH_UNKNOWN,
        SourceHealth.HEALTHY: pb.HEALTHY,
        SourceHealth.DEGRADED: pb.DEGRADED,
        SourceHealth.UNHEALTHY: pb.UNHEALTHY,
    }
)
_STATES: Mapping[LibraryState, pb.StatusResponse.MountState] = MappingProxyType(
    {
        LibraryState.STARTING: pb.StatusResponse.MOUNTING,
        LibraryState.READY: pb.StatusResponse.READY,
        LibraryState.SYNCING: pb.StatusResponse.SYNCING,
        LibraryState.DEGRADED: pb.StatusResponse.DEGRADED,
        LibraryState.ENDING: pb.StatusResponse.UNMOUNTING,
    }
)
TEXTS: Mapping[str, str] = MappingProxyType({
    "title": "title", "artist": "artist", "album": "album", "album_artist": "albumartist", "genre": "genre",
    "date": "date", "composer": "composer", "comment": "comment", "lyrics": "lyrics", "copyright": "copyright",
    "artist_sort": "artistsort", "album_artist_sort": "albumartistsort", "album_sort": "albumsort",
    "title_sort": "titlesort", "mb_recording_id": "musicbrainz_trackid", "mb_album_id": "musicbrainz_albumid",
    "mb_artist_id": "musicbrainz_artistid", "mb_album_artist_id": "musicbrainz_albumartistid",
    "mb_release_group_id": "musicbrainz_releasegroupid", "encoder": "encodedby", "label": "label",
    "album_type": "releasetype", "cover_url": "cover_url",
})  # fmt: skip
"""Which tag a field of texts is."""
NUMBERS: Mapping[str, str] = MappingProxyType(
    {"track": "tracknumber", "disc": "discnumber", "track_total": "tracktotal", "disc_total": "disctotal"}
)
GAINS = ("replaygain_track_gain", "replaygain_track_peak", "replaygain_album_gain", "replaygain_album_peak")
_JOINED = "; "
_MOST_U32, _MOST_I64 = (1 << 32) - 1, (1 << 63) - 1


def status(told: Overview) -> pb.StatusResponse:
    """A library at a glance."""
    return pb.StatusResponse(
        version=told.version,
        uptime_secs=max(0, int(told.uptime_seconds)),
        mount_point=text(told.mounts[0]) if told.mounts else "",
        state=_STATES[told.state],
        open_file_handles=told.open_files,
        fuse_ops_total=told.operations,
        files_indexed=told.files,
        cache_size_bytes=told.cache_bytes,
        origins=[
            pb.OriginStatus(id=one.id, origin_type=one.kind, health=_HEALTH[one.health], files_count=one.files)
            for one in told.sources
        ],
        library=text(told.library),
        pid=told.pid,
        mount_points=map(text, told.mounts),
    )


def origin(told: SourceOverview) -> pb.OriginInfo:
    """A source."""
    return pb.OriginInfo(
        id=told.id, origin_type=told.kind, display_name=text(told.name), root_path=text(told.root),
        health=_HEALTH[told.health], files_count=told.files, total_size_bytes=told.bytes,
    )  # fmt: skip


def health(told: SourceOverview) -> pb.OriginHealthResponse:
    """How a source is."""
    return pb.OriginHealthResponse(
        origin_id=told.id, status=_HEALTH[told.health], message=text(told.problem) or None,
        last_check_secs=told.looked_ns // 10**9,
    )  # fmt: skip


def cache(told: CacheTold) -> pb.CacheStats:
    """What is kept. `dedup_ratio` is what the far originals of which something is kept have together, over what is kept
    of them; encoded runs are kept once each."""
    hits, misses = told.memory.hits + told.disk.hits + told.content.hits, told.disk.misses + told.content.misses
    chunks = told.memory.entries + told.disk.entries + told.content.entries
    used = told.memory.bytes + told.disk.bytes + told.content.bytes
    asked = hits + misses
    return pb.CacheStats(
        total_size_bytes=told.made.bytes + used,
        used_size_bytes=used,
        size_limit_bytes=told.limit + told.content_limit,
        chunk_count=chunks,
        chunks_unique=chunks,
        dedup_ratio=told.contents / told.content.bytes if told.content.bytes else 1.0,
        hit_count=hits,
        miss_count=misses,
        hit_ratio=hits / asked if asked else 0.0,
        metadata_entries=told.made.entries,
        metadata_bytes=told.made.bytes,
        l1_metadata=_tier(told.made),
        l2_headers=_tier(told.memory),
        l3_chunks=_tier(_both(told.disk, told.content)),
    )


def _both(one: TierTold, other: TierTold) -> TierTold:
    return TierTold(
        one.entries + other.entries, one.bytes + other.bytes, one.hits + other.hits, one.misses + other.misses
    )


def _tier(told: TierTold) -> pb.TierStats:
    return pb.TierStats(entries=told.entries, size_bytes=told.bytes, hits=told.hits, misses=told.misses)


def found(told: FoundMusic) -> pb.SearchResult:
    """A track that a search found."""
    return pb.SearchResult(
        file_id=told.id, virtual_path=text(told.path), artist=text(told.artist) or None,
        album=text(told.album) or None, title=text(told.title) or None, score=told.score,
        highlights={text(name): text(value) for name, value in told.highlights.items()},
    )  # fmt: skip


def metadata(told: MetadataTold) -> pb.MetadataResponse:
    """A track with its tags: those that have no field of their own are custom ones."""
    tags = {name: text(_JOINED.join(values)) for name, values in told.tags.items() if values}
    made = pb.MetadataResponse(
        file_id=told.id, virtual_path=text(told.path), source=text(told.source), format=told.container
    )
    for name, tag in TEXTS.items():
        if tag in tags:
            setattr(made, name, tags.pop(tag))
    for name, tag in NUMBERS.items():
        _number(made, name, tags, tag)
    for name in GAINS:
        _gain(made, name, tags)
    _facts(made, told, tags)
    made.custom_tags.update(tags)
    return made


def _facts(made: pb.MetadataResponse, told: MetadataTold, tags: dict[str, str]) -> None:
    year = (made.date or "")[:4]
    if year.isascii() and year.isdigit():
        made.year = int(year)
    if tags.get("compilation") in ("0", "1"):
        made.compilation = tags.pop("compilation") == "1"
    if told.channels:
        made.channels = told.channels
    if told.bits:
        made.bits_per_sample = told.bits
    if told.duration_ns:
        made.duration_ms = told.duration_ns // 10**6
        if not told.part:
            made.bitrate = told.source_bytes * 8 * 10**9 // told.duration_ns


def _number(made: pb.MetadataResponse, name: str, tags: dict[str, str], tag: str) -> None:
    """A tag that is a number; one that is none stays a text among the custom ones."""
    value = tags.get(tag, "")
    if value.isascii() and value.isdigit() and int(value) <= _MOST_U32:
        setattr(made, name, int(tags.pop(tag)))


def _gain(made: pb.MetadataResponse, name: str, tags: dict[str, str]) -> None:
    try:
        value = float(tags[name].lower().removesuffix("db"))
    except (KeyError, ValueError):
        return
    setattr(made, name, value)
    del tags[name]


def event_message(row: Mapping[str, Any]) -> pb.Event:
    """An event as the owner tells it."""
    data: dict[str, Any] = dict(row["data"])
    made = pb.Event(event_type=row["event"], timestamp_ms=row["time_ns"] // 10**6, seq=row["seq"])
    for name in ("origin_id", "path"):
        if name in data:
            setattr(made, name, text(str(data.pop(name))))
    number = data.get("file_id")
    if isinstance(number, int) and abs(number) <= _MOST_I64:
        made.file_id = data.pop("file_id")
    made.metadata.update({name: _plain(value) for name, value in data.items()})
    return made


def lost_message(count: int | None, seq: int, of: str = "") -> pb.Event:
    """So many events were lost, the last of which had a number; None: nobody can tell how many. `of` says of which,
    where it is not those that the subscriber wants."""
    told = {"count": "" if count is None else str(count)} | ({"of": of} if of else {})
    return pb.Event(event_type="events_lost", seq=seq, metadata=told)


def ended_message(why: str, seq: int) -> pb.Event:
    """The last message of a stream."""
    return pb.Event(event_type="stream_ended", seq=seq, metadata={"reason": why})


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else text(str(value))
