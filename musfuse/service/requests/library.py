"""Requests about what a library holds: tracks that a query finds, folders of the drive, what is not shown."""

from typing import ClassVar

from musfuse.service.port import Answer, Asked, Listing


class FoundTrack(Answer, frozen=True):
    """A track: `path` on the drive ('' for none), `source` its original, `part` of that, 0 for all of it; `bits` is
    None for lossy audio."""

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
