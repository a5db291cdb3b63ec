"""Requests about one track as other programs know it: by its public id, or its path on the drive."""

from typing import ClassVar

from musfuse.service.port import Answer, Request


class MetadataTold(Answer, frozen=True):
    """A track: its public id, 0 for one that came a moment ago; `path` on the drive ('' for none), `source` its
    original, `part` of that, 0 for all of it, of `source_bytes`; the format of that, `bits` None for lossy audio; and
    the tags that are served."""

    id: int
    path: str
    source: str
    part: int
    source_bytes: int
    container: str
    codec: str
    rate: int
    channels: int
    bits: int | None
    duration_ns: int | None
    tags: dict[str, tuple[str, ...]]


class ShowMetadata(Request[MetadataTold], frozen=True):
    """A track by its public id, or its original at the absolute path or URI `source`, else by its path on the drive of
    a view. Raises NoEntryError where there is none."""

    METHOD: ClassVar[str] = "tag.metadata"
    path: str = ""
    id: int = 0
    source: str = ""
    view: str = "main"

    @property
    def reads(self) -> bool:
        return True
