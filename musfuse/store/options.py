"""Options of what is kept in memory and on disk."""

from dataclasses import dataclass

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class CacheOptions:
    """What is kept in memory and on disk."""

    frames_mib: int = option(32, "encoded FLAC frames kept in memory", at_least(1), "MiB")
    transcoded: int = option(
        1 << 30, "encoded audio kept on disk, the least recently used dropped; 0 keeps none", at_least(0), "bytes"
    )
    content: int = option(
        10 << 30,
        "what far sources gave, kept on disk to be read again, also while they are away; 0 keeps none",
        at_least(0),
        "bytes",
    )
    read_ahead: int = option(
        4, "runs of 32 frames encoded ahead of a sequential reader, per handle", at_least(0), "runs"
    )
    open_files: int = option(64, "original files kept open", at_least(1), "files")


CACHE = Section("cache", CacheOptions)
