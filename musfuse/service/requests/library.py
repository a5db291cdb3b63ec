"""Requests about what a library holds: tracks that a query finds, folders of the drive, what is not shown."""

from enum import StrEnum
from typing import ClassVar

from musfuse.service.port import Answer, Asked, Listing


class Opinion(Answer, frozen=True):
    """What somebody thinks of a track: `stars` (0 for none), and since when it is a favourite, None where it is none;
    how often it was played, and when the first and the last of that began. Times are ns since 1970, 0 where they are
    not known."""

    stars: int = 0
    starred_ns: int | None = None
    plays: int = 0
    first_ns: int = 0
    last_ns: int = 0


class Opinions(StrEnum):
    """Whether it is told what somebody thinks of tracks: `only` of those of which he thinks something, or that he
    played, while all others are left out."""

    NONE = ""
    ALL = "all"
    ONLY = "only"


class FoundTrack(Answer, frozen=True, omit_defaults=True):
    """A track: `path` on the drive ('' for none), `source` its original, `part` of that, 0 for all of it; `bits` is
    None for lossy audio, `opinion` where nobody asks for it."""

    path: str
    source: str
    part: int
    container: str
    codec: str
    rate: int
    channels: int
    bits: int | None
    duration_ns: int | None
    tags: dict[str, list[str]]
    opinion: Opinion | None = None


class FolderEntry(Answer, frozen=True):
    """A file or a folder in a folder of the drive; `size` in bytes, None where it is not known yet, and of folders."""

    name: str
    kind: str
    size: int | None


class Folder(Answer, frozen=True):
    """A folder of the drive, '' for the root, with all in it."""

    path: str
    entries: tuple[FolderEntry, ...]


class ReportLine(Answer, frozen=True):
    """An original that is not shown, or is shown with a remark, or a collection whose rule cannot be read, and why."""

    kind: str
    path: str
    reason: str


class FindTracks(Listing[FoundTrack], frozen=True):
    """The tracks that the targets mean, all where there are none. Raises NotFoundError where that is nothing."""

    METHOD: ClassVar[str] = "library.find"
    targets: tuple[Asked, ...] = ()
    opinions: Opinions = Opinions.NONE


class FindLines(Listing[str], frozen=True):
    """The tracks that the targets mean as lines, made by a template (templates.Line). Raises what FindTracks raises,
    and TemplateError."""

    METHOD: ClassVar[str] = "library.find_lines"
    template: str
    targets: tuple[Asked, ...] = ()


class ListFolders(Listing[Folder], frozen=True):
    """A folder of the drive, as a view shows it, or would by another `template`, and, if `recursive`, all below it,
    each before those in it. Raises ConfigError where there is no such view or template."""

    METHOD: ClassVar[str] = "library.list"
    path: str = ""
    recursive: bool = False
    view: str = "main"
    template: str = ""


class ListReport(Listing[ReportLine], frozen=True):
    """Everything that is not shown, or is shown with a remark, in order of path; then collections."""

    METHOD: ClassVar[str] = "library.report"
