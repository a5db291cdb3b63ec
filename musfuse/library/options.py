"""Options of what a library shows, how it is scanned, and what it knows files by."""

from dataclasses import dataclass
from typing import Literal

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section
from musfuse.rendition import problem_of_policy

DEFAULT_TEMPLATE = "${albumartist|artist}/$album[ ($year)]/[[$disc-]$track - ]$title"


def _problem_of_policy(value: str) -> str | None:
    """As `problem_of_policy`, without the value, which a check's message stands behind."""
    problem = problem_of_policy(value)
    return problem and problem.removeprefix(f"{value[:60]!r}").removeprefix(":").strip()


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How the drive looks."""

    policy: str = option(
        "flac", "what lossless audio is served as: flac, original (every file untouched), wav, or opus or mp3, which"
        " may have a bitrate in kbit/s (opus:96)", _problem_of_policy,
    )  # fmt: skip
    template: str = option(DEFAULT_TEMPLATE, "path template of a track, without its extension (docs/usage.md)")
    sidecars: str = option("", "other files to show beside the tracks, as patterns of names: *.pdf, *.log, *.m3u")
    unindexed: Literal["wait", "hide", "original"] = option(
        "wait", "a file whose exact size is not known yet: wait lists it and lets a stat wait, hide lists it later,"
        " original shows it as it is until then; sources on other machines say it for themselves",
    )  # fmt: skip
    writable_view: bool = option(
        False, "let who may write on the drive move, copy, make and remove there: only views change, no original"
    )
    rename_tags: bool = option(
        False, "a move between folders that the template made sets the tags that the new place says, as `tag set` does"
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
class FollowOptions:
    """Changes of the sources between scans, while a process has the library."""

    enabled: bool = option(True, "take in changes of the sources as they happen")
    quiet_ms: int = option(
        500, "how long nothing changes before changes are taken in, at most twice that", at_least(10), "ms"
    )
    poll_seconds: int = option(
        300, "how often a source is scanned that does not tell of all its changes, as a network drive", at_least(1),
        "seconds",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class IdentityOptions:
    """What files sound like, by which tags and ids follow them where path and number tell nothing."""

    lossy: Literal["idle", "never"] = option(
        "idle", "read lossy files for it when nothing else is to be done, or never"
    )


@dataclass(frozen=True, slots=True)
class HistoryOptions:
    """What was played through the drive."""

    enabled: bool = option(True, "note what is played")
    keep: int = option(
        100_000, "plays that are listed; how often a track was played is counted beyond that", at_least(1), "plays"
    )


VIEW = Section("view", ViewOptions)
SCAN = Section("scan", ScanOptions)
FOLLOW = Section("follow", FollowOptions)
IDENTITY = Section("identity", IdentityOptions)
HISTORY = Section("history", HistoryOptions)
