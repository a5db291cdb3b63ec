"""Options of what a library shows, how it is scanned, and what it knows files by."""

from dataclasses import dataclass
from typing import Literal, get_args

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section

DEFAULT_TEMPLATE = "${albumartist|artist}/$album[ ($year)]/[[$disc-]$track - ]$title"

Policy = Literal["flac", "original", "wav"]
POLICIES: tuple[str, ...] = get_args(Policy)


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How the drive looks."""

    policy: Policy = option("flac", "what lossless audio is served as: flac, original (every file untouched) or wav")
    template: str = option(DEFAULT_TEMPLATE, "path template of a track, without its extension (docs/usage.md)")
    sidecars: str = option("", "other files to show beside the tracks, as patterns of names: *.pdf, *.log, *.m3u")
    unindexed: Literal["wait", "hide"] = option(
        "wait", "a file whose exact size is not known yet: wait lists it and lets a stat wait, hide lists it later"
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


VIEW = Section("view", ViewOptions)
SCAN = Section("scan", ScanOptions)
IDENTITY = Section("identity", IdentityOptions)
