"""Every option of musfuse, declared once: name, type, default and help.

The TOML file, `MUSFUSE_SECTION_KEY` environment variables, `musfuse config show` and `docs/configuration.md` all derive
from these dataclasses; a test fails where the documentation lacks one.
"""

import codecs
import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_origin

DEFAULT_TEMPLATE = "${albumartist|artist}/$album[ ($year)]/[[$disc-]$track - ]$title"


def option(default: Any, text: str, check: Callable[[Any], str | None] | None = None, unit: str = "") -> Any:
    """A dataclass field with help; `check` returns what is wrong with a value, or None; a number has a unit."""
    return field(default=default, metadata={"help": text, "check": check, "unit": unit})


def at_least(low: int) -> Callable[[int], str | None]:
    """A check for numbers."""
    return lambda value: None if value >= low else f"must be at least {low}"


def _encoder_level(value: int) -> str | None:
    return (
        None if value in (0, 2, 3, 5, 6, 7, 8) else "must be 0, 2, 3, 5, 6, 7 or 8 (1 and 4 carry state between blocks)"
    )


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How the drive looks."""

    policy: Literal["flac", "original", "wav"] = option(
        "flac", "what lossless audio is served as: flac, original (every file untouched) or wav"
    )
    template: str = option(DEFAULT_TEMPLATE, "path template of a track, without its extension (docs/usage.md)")
    sidecars: str = option("", "other files to show beside the tracks, as patterns of names: *.pdf, *.log, *.m3u")
    unindexed: Literal["wait", "hide"] = option(
        "wait", "a file whose exact size is not known yet: wait lists it and lets a stat wait, hide lists it later"
    )


@dataclass(frozen=True, slots=True)
class FlacOptions:
    """The FLAC files made here."""

    encoder: Literal["soundfile", "pyflac"] = option(
        "soundfile", "which libFLAC encodes: soundfile's, which is faster, or that of the extra musfuse[pyflac]"
    )
    level: int = option(5, "libFLAC compression level: 0, 2, 3, 5, 6, 7 or 8", _encoder_level)
    repair: bool = option(
        False, "make FLAC originals anew whose header or surroundings `flac -t` refuses, where all their audio decodes"
    )
    padding: int = option(8192, "PADDING in a FLAC header made here", at_least(0), "bytes")


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Frame indexes, which make sizes exact and seeks free."""

    background: bool = option(True, "build missing indexes in the background after a scan")
    workers: int = option(0, "worker processes at most; 0 means as many as cores", at_least(0), "processes")
    wait_seconds: int = option(120, "longest wait of one stat for an index, then EAGAIN", at_least(1), "seconds")
    waiters: int = option(192, "stats that may wait for an index at the same time, then EAGAIN", at_least(1), "stats")
    memory_mib: int = option(1024, "address space of a worker process (Linux)", at_least(256), "MiB")


def _known_encoding(value: str) -> str | None:
    try:
        codecs.lookup(value or "ascii")
    except LookupError:
        return "is no encoding that Python knows"
    return None


@dataclass(frozen=True, slots=True)
class CueOptions:
    """Albums ripped as one image with a cue sheet."""

    pregap: Literal["append", "prepend", "drop"] = option(
        "append",
        "audio between INDEX 00 and INDEX 01: append it to the track before, prepend it to its own, or drop it",
    )
    hidden_seconds: int = option(
        3,
        "audio before track 1 that is longer than this becomes a hidden track 0, else it is part of track 1",
        at_least(0),
        "seconds",
    )
    keep_image: bool = option(False, "show the image too, beside its tracks")
    encoding: str = option("", "encoding of sheets without a byte order mark; empty: found out", _known_encoding)


@dataclass(frozen=True, slots=True)
class TagOptions:
    """Tags that are changed here, and how they are written."""

    id3: Literal["2.4", "2.3"] = option("2.4", "version of the ID3v2 tags written into MP3, WAV and AIFF files")
    padding: int = option(
        8192, "steps in which a header grows where a change of tags does not fit the original's", at_least(16), "bytes"
    )


@dataclass(frozen=True, slots=True)
class ArtOptions:
    """Pictures."""

    covers: bool = option(True, "show cover.jpg (or .png), cover_medium.jpg and cover_thumb.jpg in album folders")
    embed: Literal["made", "always", "never"] = option(
        "made",
        "where a cover goes that nobody set: made puts it into files made here, always also into originals that have"
        " none, never into nothing",
    )
    max_pixels: int = option(
        0,
        "longest side of a picture in served files, for devices that choke on larger ones; 0: any",
        at_least(0),
        "pixels",
    )


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """Reading the sources."""

    threads: int = option(
        4, "processes that read tags at most, and no more than there are cores", at_least(1), "processes"
    )
    follow_links_out: bool = option(False, "follow symbolic links that lead out of a source's folder")
    on_mount: bool = option(True, "scan the sources after mounting")


@dataclass(frozen=True, slots=True)
class IdentityOptions:
    """What files sound like, by which tags and ids follow them where path and number tell nothing."""

    lossy: Literal["idle", "never"] = option(
        "idle", "read lossy files for it when nothing else is to be done, or never"
    )


@dataclass(frozen=True, slots=True)
class CacheOptions:
    """What is kept in memory and on disk."""

    frames_mib: int = option(32, "encoded FLAC frames kept in memory", at_least(1), "MiB")
    transcoded: int = option(
        1 << 30, "encoded audio kept on disk, the least recently used dropped; 0 keeps none", at_least(0), "bytes"
    )
    read_ahead: int = option(
        4, "runs of 32 frames encoded ahead of a sequential reader, per handle", at_least(0), "runs"
    )
    open_files: int = option(64, "original files kept open", at_least(1), "files")


@dataclass(frozen=True, slots=True)
class FuseOptions:
    """The FUSE face."""

    binding: Literal["mfusepy", "fusepy"] = option("mfusepy", "Python binding of libfuse")
    threads: int = option(256, "threads of the FUSE loop at most (libfuse 3.12 or newer)", at_least(32), "threads")
    allow_other: bool = option(False, "let other users read the drive (needs user_allow_other in /etc/fuse.conf)")


@dataclass(frozen=True, slots=True)
class WinFspOptions:
    """The Windows face."""

    label: str = option("Music", "label of the volume, 32 characters at most")


@dataclass(frozen=True, slots=True)
class Config:
    """All sections."""

    view: ViewOptions = ViewOptions()
    flac: FlacOptions = FlacOptions()
    index: IndexOptions = IndexOptions()
    cue: CueOptions = CueOptions()
    tags: TagOptions = TagOptions()
    art: ArtOptions = ArtOptions()
    scan: ScanOptions = ScanOptions()
    identity: IdentityOptions = IdentityOptions()
    cache: CacheOptions = CacheOptions()
    fuse: FuseOptions = FuseOptions()
    winfsp: WinFspOptions = WinFspOptions()


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One declared option: `type` is bool, int, str or a Literal; `unit` is empty where the value is no amount."""

    section: str
    key: str
    type: Any
    default: Any
    help: str
    check: Callable[[Any], str | None] | None
    unit: str

    @property
    def name(self) -> str:
        """`section.key`, as in messages and `config show`."""
        return f"{self.section}.{self.key}"

    @property
    def env(self) -> str:
        """Its environment variable."""
        return f"MUSFUSE_{self.section}_{self.key}".upper()

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a Literal, else nothing."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()


def all_options() -> dict[str, OptionInfo]:
    """Every option by its name, in order of declaration."""
    found: dict[str, OptionInfo] = {}
    for section in fields(Config):
        for entry in fields(type(section.default)):  # type: ignore[arg-type]
            info = OptionInfo(section.name, entry.name, entry.type, entry.default, **entry.metadata)
            found[info.name] = info
    return found


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def worker_count(config: Config) -> int:
    """How many index workers may run: the configured number, or one a usable core."""
    return config.index.workers or usable_cores()
