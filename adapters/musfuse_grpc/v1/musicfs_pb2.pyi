from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HealthStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HEALTH_UNKNOWN: _ClassVar[HealthStatus]
    HEALTHY: _ClassVar[HealthStatus]
    DEGRADED: _ClassVar[HealthStatus]
    UNHEALTHY: _ClassVar[HealthStatus]
HEALTH_UNKNOWN: HealthStatus
HEALTHY: HealthStatus
DEGRADED: HealthStatus
UNHEALTHY: HealthStatus

class Empty(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StatusResponse(_message.Message):
    __slots__ = ("version", "uptime_secs", "mount_point", "state", "open_file_handles", "fuse_ops_total", "files_indexed", "cache_size_bytes", "origins", "library", "pid", "mount_points")
    class MountState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MOUNT_UNKNOWN: _ClassVar[StatusResponse.MountState]
        MOUNTING: _ClassVar[StatusResponse.MountState]
        READY: _ClassVar[StatusResponse.MountState]
        SYNCING: _ClassVar[StatusResponse.MountState]
        DEGRADED: _ClassVar[StatusResponse.MountState]
        UNMOUNTING: _ClassVar[StatusResponse.MountState]
    MOUNT_UNKNOWN: StatusResponse.MountState
    MOUNTING: StatusResponse.MountState
    READY: StatusResponse.MountState
    SYNCING: StatusResponse.MountState
    DEGRADED: StatusResponse.MountState
    UNMOUNTING: StatusResponse.MountState
    VERSION_FIELD_NUMBER: _ClassVar[int]
    UPTIME_SECS_FIELD_NUMBER: _ClassVar[int]
    MOUNT_POINT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OPEN_FILE_HANDLES_FIELD_NUMBER: _ClassVar[int]
    FUSE_OPS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    FILES_INDEXED_FIELD_NUMBER: _ClassVar[int]
    CACHE_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    ORIGINS_FIELD_NUMBER: _ClassVar[int]
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    MOUNT_POINTS_FIELD_NUMBER: _ClassVar[int]
    version: str
    uptime_secs: int
    mount_point: str
    state: StatusResponse.MountState
    open_file_handles: int
    fuse_ops_total: int
    files_indexed: int
    cache_size_bytes: int
    origins: _containers.RepeatedCompositeFieldContainer[OriginStatus]
    library: str
    pid: int
    mount_points: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, version: _Optional[str] = ..., uptime_secs: _Optional[int] = ..., mount_point: _Optional[str] = ..., state: _Optional[_Union[StatusResponse.MountState, str]] = ..., open_file_handles: _Optional[int] = ..., fuse_ops_total: _Optional[int] = ..., files_indexed: _Optional[int] = ..., cache_size_bytes: _Optional[int] = ..., origins: _Optional[_Iterable[_Union[OriginStatus, _Mapping]]] = ..., library: _Optional[str] = ..., pid: _Optional[int] = ..., mount_points: _Optional[_Iterable[str]] = ...) -> None: ...

class OriginStatus(_message.Message):
    __slots__ = ("id", "origin_type", "health", "files_count")
    ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_TYPE_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    FILES_COUNT_FIELD_NUMBER: _ClassVar[int]
    id: str
    origin_type: str
    health: HealthStatus
    files_count: int
    def __init__(self, id: _Optional[str] = ..., origin_type: _Optional[str] = ..., health: _Optional[_Union[HealthStatus, str]] = ..., files_count: _Optional[int] = ...) -> None: ...

class ShutdownRequest(_message.Message):
    __slots__ = ("graceful", "timeout_secs")
    GRACEFUL_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECS_FIELD_NUMBER: _ClassVar[int]
    graceful: bool
    timeout_secs: int
    def __init__(self, graceful: bool = ..., timeout_secs: _Optional[int] = ...) -> None: ...

class TierStats(_message.Message):
    __slots__ = ("entries", "size_bytes", "hits", "misses")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    MISSES_FIELD_NUMBER: _ClassVar[int]
    entries: int
    size_bytes: int
    hits: int
    misses: int
    def __init__(self, entries: _Optional[int] = ..., size_bytes: _Optional[int] = ..., hits: _Optional[int] = ..., misses: _Optional[int] = ...) -> None: ...

class CacheStats(_message.Message):
    __slots__ = ("total_size_bytes", "used_size_bytes", "size_limit_bytes", "chunk_count", "chunks_unique", "dedup_ratio", "hit_count", "miss_count", "hit_ratio", "metadata_entries", "metadata_bytes", "l1_metadata", "l2_headers", "l3_chunks")
    TOTAL_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    USED_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SIZE_LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    CHUNK_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHUNKS_UNIQUE_FIELD_NUMBER: _ClassVar[int]
    DEDUP_RATIO_FIELD_NUMBER: _ClassVar[int]
    HIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    MISS_COUNT_FIELD_NUMBER: _ClassVar[int]
    HIT_RATIO_FIELD_NUMBER: _ClassVar[int]
    METADATA_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    METADATA_BYTES_FIELD_NUMBER: _ClassVar[int]
    L1_METADATA_FIELD_NUMBER: _ClassVar[int]
    L2_HEADERS_FIELD_NUMBER: _ClassVar[int]
    L3_CHUNKS_FIELD_NUMBER: _ClassVar[int]
    total_size_bytes: int
    used_size_bytes: int
    size_limit_bytes: int
    chunk_count: int
    chunks_unique: int
    dedup_ratio: float
    hit_count: int
    miss_count: int
    hit_ratio: float
    metadata_entries: int
    metadata_bytes: int
    l1_metadata: TierStats
    l2_headers: TierStats
    l3_chunks: TierStats
    def __init__(self, total_size_bytes: _Optional[int] = ..., used_size_bytes: _Optional[int] = ..., size_limit_bytes: _Optional[int] = ..., chunk_count: _Optional[int] = ..., chunks_unique: _Optional[int] = ..., dedup_ratio: _Optional[float] = ..., hit_count: _Optional[int] = ..., miss_count: _Optional[int] = ..., hit_ratio: _Optional[float] = ..., metadata_entries: _Optional[int] = ..., metadata_bytes: _Optional[int] = ..., l1_metadata: _Optional[_Union[TierStats, _Mapping]] = ..., l2_headers: _Optional[_Union[TierStats, _Mapping]] = ..., l3_chunks: _Optional[_Union[TierStats, _Mapping]] = ...) -> None: ...

class ClearCacheRequest(_message.Message):
    __slots__ = ("origin_id", "clear_metadata", "clear_chunks")
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    CLEAR_METADATA_FIELD_NUMBER: _ClassVar[int]
    CLEAR_CHUNKS_FIELD_NUMBER: _ClassVar[int]
    origin_id: str
    clear_metadata: bool
    clear_chunks: bool
    def __init__(self, origin_id: _Optional[str] = ..., clear_metadata: bool = ..., clear_chunks: bool = ...) -> None: ...

class ClearCacheResponse(_message.Message):
    __slots__ = ("bytes_cleared", "chunks_cleared")
    BYTES_CLEARED_FIELD_NUMBER: _ClassVar[int]
    CHUNKS_CLEARED_FIELD_NUMBER: _ClassVar[int]
    bytes_cleared: int
    chunks_cleared: int
    def __init__(self, bytes_cleared: _Optional[int] = ..., chunks_cleared: _Optional[int] = ...) -> None: ...

class PrefetchRequest(_message.Message):
    __slots__ = ("paths", "origin_id")
    PATHS_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    paths: _containers.RepeatedScalarFieldContainer[str]
    origin_id: str
    def __init__(self, paths: _Optional[_Iterable[str]] = ..., origin_id: _Optional[str] = ...) -> None: ...

class PrefetchProgress(_message.Message):
    __slots__ = ("current_path", "completed", "total", "bytes_fetched", "error_message")
    CURRENT_PATH_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    BYTES_FETCHED_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    current_path: str
    completed: int
    total: int
    bytes_fetched: int
    error_message: str
    def __init__(self, current_path: _Optional[str] = ..., completed: _Optional[int] = ..., total: _Optional[int] = ..., bytes_fetched: _Optional[int] = ..., error_message: _Optional[str] = ...) -> None: ...

class OriginsResponse(_message.Message):
    __slots__ = ("origins",)
    ORIGINS_FIELD_NUMBER: _ClassVar[int]
    origins: _containers.RepeatedCompositeFieldContainer[OriginInfo]
    def __init__(self, origins: _Optional[_Iterable[_Union[OriginInfo, _Mapping]]] = ...) -> None: ...

class OriginInfo(_message.Message):
    __slots__ = ("id", "origin_type", "display_name", "root_path", "health", "files_count", "total_size_bytes")
    ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_TYPE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ROOT_PATH_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    FILES_COUNT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    id: str
    origin_type: str
    display_name: str
    root_path: str
    health: HealthStatus
    files_count: int
    total_size_bytes: int
    def __init__(self, id: _Optional[str] = ..., origin_type: _Optional[str] = ..., display_name: _Optional[str] = ..., root_path: _Optional[str] = ..., health: _Optional[_Union[HealthStatus, str]] = ..., files_count: _Optional[int] = ..., total_size_bytes: _Optional[int] = ...) -> None: ...

class OriginRequest(_message.Message):
    __slots__ = ("origin_id", "subdir")
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    SUBDIR_FIELD_NUMBER: _ClassVar[int]
    origin_id: str
    subdir: str
    def __init__(self, origin_id: _Optional[str] = ..., subdir: _Optional[str] = ...) -> None: ...

class OriginHealthResponse(_message.Message):
    __slots__ = ("origin_id", "status", "message", "last_check_secs")
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    LAST_CHECK_SECS_FIELD_NUMBER: _ClassVar[int]
    origin_id: str
    status: HealthStatus
    message: str
    last_check_secs: int
    def __init__(self, origin_id: _Optional[str] = ..., status: _Optional[_Union[HealthStatus, str]] = ..., message: _Optional[str] = ..., last_check_secs: _Optional[int] = ...) -> None: ...

class SyncProgress(_message.Message):
    __slots__ = ("phase", "current", "total", "current_path", "bytes_synced", "new_files", "error_message")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CURRENT_PATH_FIELD_NUMBER: _ClassVar[int]
    BYTES_SYNCED_FIELD_NUMBER: _ClassVar[int]
    NEW_FILES_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    phase: str
    current: int
    total: int
    current_path: str
    bytes_synced: int
    new_files: _containers.RepeatedCompositeFieldContainer[SyncedFile]
    error_message: str
    def __init__(self, phase: _Optional[str] = ..., current: _Optional[int] = ..., total: _Optional[int] = ..., current_path: _Optional[str] = ..., bytes_synced: _Optional[int] = ..., new_files: _Optional[_Iterable[_Union[SyncedFile, _Mapping]]] = ..., error_message: _Optional[str] = ...) -> None: ...

class SyncedFile(_message.Message):
    __slots__ = ("path", "file_id", "virtual_path")
    PATH_FIELD_NUMBER: _ClassVar[int]
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    VIRTUAL_PATH_FIELD_NUMBER: _ClassVar[int]
    path: str
    file_id: int
    virtual_path: str
    def __init__(self, path: _Optional[str] = ..., file_id: _Optional[int] = ..., virtual_path: _Optional[str] = ...) -> None: ...

class SearchRequest(_message.Message):
    __slots__ = ("query", "limit", "offset", "origin_id")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    query: str
    limit: int
    offset: int
    origin_id: str
    def __init__(self, query: _Optional[str] = ..., limit: _Optional[int] = ..., offset: _Optional[int] = ..., origin_id: _Optional[str] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ("results", "total_matches", "query_time_ms", "counted")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_MATCHES_FIELD_NUMBER: _ClassVar[int]
    QUERY_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[SearchResult]
    total_matches: int
    query_time_ms: int
    counted: bool
    def __init__(self, results: _Optional[_Iterable[_Union[SearchResult, _Mapping]]] = ..., total_matches: _Optional[int] = ..., query_time_ms: _Optional[int] = ..., counted: bool = ...) -> None: ...

class SearchResult(_message.Message):
    __slots__ = ("file_id", "virtual_path", "artist", "album", "title", "score", "highlights")
    class HighlightsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    VIRTUAL_PATH_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    HIGHLIGHTS_FIELD_NUMBER: _ClassVar[int]
    file_id: int
    virtual_path: str
    artist: str
    album: str
    title: str
    score: float
    highlights: _containers.ScalarMap[str, str]
    def __init__(self, file_id: _Optional[int] = ..., virtual_path: _Optional[str] = ..., artist: _Optional[str] = ..., album: _Optional[str] = ..., title: _Optional[str] = ..., score: _Optional[float] = ..., highlights: _Optional[_Mapping[str, str]] = ...) -> None: ...

class EventFilter(_message.Message):
    __slots__ = ("event_types", "origin_id", "after", "stream")
    EVENT_TYPES_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    event_types: _containers.RepeatedScalarFieldContainer[str]
    origin_id: str
    after: int
    stream: str
    def __init__(self, event_types: _Optional[_Iterable[str]] = ..., origin_id: _Optional[str] = ..., after: _Optional[int] = ..., stream: _Optional[str] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("event_type", "timestamp_ms", "origin_id", "path", "file_id", "metadata", "seq")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    event_type: str
    timestamp_ms: int
    origin_id: str
    path: str
    file_id: int
    metadata: _containers.ScalarMap[str, str]
    seq: int
    def __init__(self, event_type: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., origin_id: _Optional[str] = ..., path: _Optional[str] = ..., file_id: _Optional[int] = ..., metadata: _Optional[_Mapping[str, str]] = ..., seq: _Optional[int] = ...) -> None: ...

class GetMetadataRequest(_message.Message):
    __slots__ = ("virtual_path", "file_id")
    VIRTUAL_PATH_FIELD_NUMBER: _ClassVar[int]
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    virtual_path: str
    file_id: int
    def __init__(self, virtual_path: _Optional[str] = ..., file_id: _Optional[int] = ...) -> None: ...

class MetadataResponse(_message.Message):
    __slots__ = ("file_id", "title", "artist", "album", "album_artist", "year", "track", "disc", "genre", "format", "duration_ms", "bitrate", "track_total", "disc_total", "date", "composer", "comment", "lyrics", "copyright", "compilation", "artist_sort", "album_artist_sort", "album_sort", "title_sort", "mb_recording_id", "mb_album_id", "mb_artist_id", "mb_album_artist_id", "mb_release_group_id", "replaygain_track_gain", "replaygain_track_peak", "replaygain_album_gain", "replaygain_album_peak", "channels", "bits_per_sample", "encoder", "label", "album_type", "cover_url", "custom_tags", "virtual_path", "source")
    class CustomTagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    ALBUM_ARTIST_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    DISC_FIELD_NUMBER: _ClassVar[int]
    GENRE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    BITRATE_FIELD_NUMBER: _ClassVar[int]
    TRACK_TOTAL_FIELD_NUMBER: _ClassVar[int]
    DISC_TOTAL_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    COMPOSER_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    LYRICS_FIELD_NUMBER: _ClassVar[int]
    COPYRIGHT_FIELD_NUMBER: _ClassVar[int]
    COMPILATION_FIELD_NUMBER: _ClassVar[int]
    ARTIST_SORT_FIELD_NUMBER: _ClassVar[int]
    ALBUM_ARTIST_SORT_FIELD_NUMBER: _ClassVar[int]
    ALBUM_SORT_FIELD_NUMBER: _ClassVar[int]
    TITLE_SORT_FIELD_NUMBER: _ClassVar[int]
    MB_RECORDING_ID_FIELD_NUMBER: _ClassVar[int]
    MB_ALBUM_ID_FIELD_NUMBER: _ClassVar[int]
    MB_ARTIST_ID_FIELD_NUMBER: _ClassVar[int]
    MB_ALBUM_ARTIST_ID_FIELD_NUMBER: _ClassVar[int]
    MB_RELEASE_GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYGAIN_TRACK_GAIN_FIELD_NUMBER: _ClassVar[int]
    REPLAYGAIN_TRACK_PEAK_FIELD_NUMBER: _ClassVar[int]
    REPLAYGAIN_ALBUM_GAIN_FIELD_NUMBER: _ClassVar[int]
    REPLAYGAIN_ALBUM_PEAK_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    ENCODER_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    ALBUM_TYPE_FIELD_NUMBER: _ClassVar[int]
    COVER_URL_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_TAGS_FIELD_NUMBER: _ClassVar[int]
    VIRTUAL_PATH_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    file_id: int
    title: str
    artist: str
    album: str
    album_artist: str
    year: int
    track: int
    disc: int
    genre: str
    format: str
    duration_ms: int
    bitrate: int
    track_total: int
    disc_total: int
    date: str
    composer: str
    comment: str
    lyrics: str
    copyright: str
    compilation: bool
    artist_sort: str
    album_artist_sort: str
    album_sort: str
    title_sort: str
    mb_recording_id: str
    mb_album_id: str
    mb_artist_id: str
    mb_album_artist_id: str
    mb_release_group_id: str
    replaygain_track_gain: float
    replaygain_track_peak: float
    replaygain_album_gain: float
    replaygain_album_peak: float
    channels: int
    bits_per_sample: int
    encoder: str
    label: str
    album_type: str
    cover_url: str
    custom_tags: _containers.ScalarMap[str, str]
    virtual_path: str
    source: str
    def __init__(self, file_id: _Optional[int] = ..., title: _Optional[str] = ..., artist: _Optional[str] = ..., album: _Optional[str] = ..., album_artist: _Optional[str] = ..., year: _Optional[int] = ..., track: _Optional[int] = ..., disc: _Optional[int] = ..., genre: _Optional[str] = ..., format: _Optional[str] = ..., duration_ms: _Optional[int] = ..., bitrate: _Optional[int] = ..., track_total: _Optional[int] = ..., disc_total: _Optional[int] = ..., date: _Optional[str] = ..., composer: _Optional[str] = ..., comment: _Optional[str] = ..., lyrics: _Optional[str] = ..., copyright: _Optional[str] = ..., compilation: bool = ..., artist_sort: _Optional[str] = ..., album_artist_sort: _Optional[str] = ..., album_sort: _Optional[str] = ..., title_sort: _Optional[str] = ..., mb_recording_id: _Optional[str] = ..., mb_album_id: _Optional[str] = ..., mb_artist_id: _Optional[str] = ..., mb_album_artist_id: _Optional[str] = ..., mb_release_group_id: _Optional[str] = ..., replaygain_track_gain: _Optional[float] = ..., replaygain_track_peak: _Optional[float] = ..., replaygain_album_gain: _Optional[float] = ..., replaygain_album_peak: _Optional[float] = ..., channels: _Optional[int] = ..., bits_per_sample: _Optional[int] = ..., encoder: _Optional[str] = ..., label: _Optional[str] = ..., album_type: _Optional[str] = ..., cover_url: _Optional[str] = ..., custom_tags: _Optional[_Mapping[str, str]] = ..., virtual_path: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class UpdateMetadataRequest(_message.Message):
    __slots__ = ("file_id", "title", "artist", "album", "album_artist", "track_number", "disc_number", "date", "genre", "composer", "comment", "lyrics", "copyright", "compilation", "artist_sort", "album_artist_sort", "album_sort", "title_sort", "mb_recording_id", "mb_album_id", "mb_artist_id", "replaygain_track_gain", "replaygain_track_peak", "replaygain_album_gain", "replaygain_album_peak", "label", "album_type", "cover_url", "custom_tags")
    class CustomTagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    ALBUM_ARTIST_FIELD_NUMBER: _ClassVar[int]
    TRACK_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DISC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    GENRE_FIELD_NUMBER: _ClassVar[int]
    COMPOSER_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    LYRICS_FIELD_NUMBER: _ClassVar[int]
    COPYRIGHT_FIELD_NUMBER: _ClassVar[int]
    COMPILATION_FIELD_NUMBER: _ClassVar[int]
    ARTIST_SORT_FIELD_NUMBER: _ClassVar[int]
    ALBUM_ARTIST_SORT_FIELD_NUMBER: _ClassVar[int]
    ALBUM_SORT_FIELD_NUMBER: _ClassVar[int]
    TITLE_SORT_FIELD_NUMBER: _ClassVar[int]
    MB_RECORDING_ID_FIELD_NUMBER: _ClassVar[int]
    MB_ALBUM_ID_FIELD_NUMBER: _ClassVar[int]
    MB_ARTIST_ID_FIELD_NUMBER: _ClassVar[int]
    REPLAYGAIN_TRACK_GAIN_FIELD_NUMBER: _ClassVar[int]
    REPLAYGAIN_TRACK_PEAK_FIELD_NUMBER: _ClassVar[int]
    REPLAYGAIN_ALBUM_GAIN_FIELD_NUMBER: _ClassVar[int]
    REPLAYGAIN_ALBUM_PEAK_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    ALBUM_TYPE_FIELD_NUMBER: _ClassVar[int]
    COVER_URL_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_TAGS_FIELD_NUMBER: _ClassVar[int]
    file_id: int
    title: str
    artist: str
    album: str
    album_artist: str
    track_number: int
    disc_number: int
    date: str
    genre: str
    composer: str
    comment: str
    lyrics: str
    copyright: str
    compilation: bool
    artist_sort: str
    album_artist_sort: str
    album_sort: str
    title_sort: str
    mb_recording_id: str
    mb_album_id: str
    mb_artist_id: str
    replaygain_track_gain: float
    replaygain_track_peak: float
    replaygain_album_gain: float
    replaygain_album_peak: float
    label: str
    album_type: str
    cover_url: str
    custom_tags: _containers.ScalarMap[str, str]
    def __init__(self, file_id: _Optional[int] = ..., title: _Optional[str] = ..., artist: _Optional[str] = ..., album: _Optional[str] = ..., album_artist: _Optional[str] = ..., track_number: _Optional[int] = ..., disc_number: _Optional[int] = ..., date: _Optional[str] = ..., genre: _Optional[str] = ..., composer: _Optional[str] = ..., comment: _Optional[str] = ..., lyrics: _Optional[str] = ..., copyright: _Optional[str] = ..., compilation: bool = ..., artist_sort: _Optional[str] = ..., album_artist_sort: _Optional[str] = ..., album_sort: _Optional[str] = ..., title_sort: _Optional[str] = ..., mb_recording_id: _Optional[str] = ..., mb_album_id: _Optional[str] = ..., mb_artist_id: _Optional[str] = ..., replaygain_track_gain: _Optional[float] = ..., replaygain_track_peak: _Optional[float] = ..., replaygain_album_gain: _Optional[float] = ..., replaygain_album_peak: _Optional[float] = ..., label: _Optional[str] = ..., album_type: _Optional[str] = ..., cover_url: _Optional[str] = ..., custom_tags: _Optional[_Mapping[str, str]] = ...) -> None: ...

class UpdateMetadataResponse(_message.Message):
    __slots__ = ("file_id", "success", "error_message", "change")
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    file_id: int
    success: bool
    error_message: str
    change: int
    def __init__(self, file_id: _Optional[int] = ..., success: bool = ..., error_message: _Optional[str] = ..., change: _Optional[int] = ...) -> None: ...

class ClearOverlayRequest(_message.Message):
    __slots__ = ("file_id",)
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    file_id: int
    def __init__(self, file_id: _Optional[int] = ...) -> None: ...

class ClearOverlayResponse(_message.Message):
    __slots__ = ("file_id", "success", "error_message", "change")
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    file_id: int
    success: bool
    error_message: str
    change: int
    def __init__(self, file_id: _Optional[int] = ..., success: bool = ..., error_message: _Optional[str] = ..., change: _Optional[int] = ...) -> None: ...

class BatchUpdateItem(_message.Message):
    __slots__ = ("file_id", "metadata")
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    file_id: int
    metadata: UpdateMetadataRequest
    def __init__(self, file_id: _Optional[int] = ..., metadata: _Optional[_Union[UpdateMetadataRequest, _Mapping]] = ...) -> None: ...

class BatchUpdateRequest(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[BatchUpdateItem]
    def __init__(self, items: _Optional[_Iterable[_Union[BatchUpdateItem, _Mapping]]] = ...) -> None: ...

class BatchUpdateProgress(_message.Message):
    __slots__ = ("completed", "total", "current_file_id", "error_message")
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FILE_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    completed: int
    total: int
    current_file_id: int
    error_message: str
    def __init__(self, completed: _Optional[int] = ..., total: _Optional[int] = ..., current_file_id: _Optional[int] = ..., error_message: _Optional[str] = ...) -> None: ...

class ImportMetadataRequest(_message.Message):
    __slots__ = ("source_path", "format")
    SOURCE_PATH_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    source_path: str
    format: str
    def __init__(self, source_path: _Optional[str] = ..., format: _Optional[str] = ...) -> None: ...

class ImportProgress(_message.Message):
    __slots__ = ("imported", "total", "current_file", "error_message")
    IMPORTED_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FILE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    imported: int
    total: int
    current_file: str
    error_message: str
    def __init__(self, imported: _Optional[int] = ..., total: _Optional[int] = ..., current_file: _Optional[str] = ..., error_message: _Optional[str] = ...) -> None: ...
