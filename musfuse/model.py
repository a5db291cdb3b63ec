"""Frozen values that all layers share. Times are nanoseconds since 1970, audio positions are samples."""

import re
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, overload
from urllib.parse import unquote

from musfuse.rendition import Rendition as Rendition

D = TypeVar("D")


class NodeKind(StrEnum):
    """What an entry of the drive is."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"
    """Another path of the drive, told by faces that have links; no face has to."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one version of an original from another: size in bytes and mtime in ns, as its origin gives them.

    `tag` is whatever else the origin knows a version by: an ETag, or three words with spaces between, the file's own
    number, its change time, and what may move that time without changing a byte (permissions, links). It is empty where
    the origin has nothing, or nothing was kept, and no part of the text, which names indexes.
    """

    size: int
    mtime_ns: int
    tag: str = ""

    def looks_like(self, other: "Stamp") -> bool:
        """Whether size and mtime are the same."""
        return (self.size, self.mtime_ns) == (other.size, other.mtime_ns)

    def agrees_with(self, other: "Stamp") -> bool:
        """Whether both are of one version as far as both know; a change time that permissions explain tells nothing."""
        if not self.looks_like(other):
            return False
        if self.tag == other.tag or not self.tag or not other.tag:
            return True
        mine, others = self.tag.split(" "), other.tag.split(" ")
        return len(mine) == len(others) == 3 and mine[0] == others[0] and mine[2] != others[2]

    def __str__(self) -> str:
        return f"{self.size}-{self.mtime_ns}"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An original: where it lies, and its version.

    `path` is relative to the origin's root, `/`-separated; bytes that are no UTF-8 are lone surrogates (PEP 383).
    `ident` is the origin's own id for the file (an inode number), which survives a move; empty where there is none.
    Some file systems number their files anew at every mount, so the catalog may know it by an older name.
    """

    source_uid: str
    path: str
    stamp: Stamp
    ident: str = ""
    older_name: str = ""

    @property
    def index_name(self) -> str:
        """What names it in the keys of indexes, with its stamp: never its path where the origin has ids. The path is
        quoted, because a name may be no text."""
        return self.older_name or f"{self.source_uid}/{self.ident or PATH_NAME + path_text(self.path)}"

    @property
    def version(self) -> str:
        """What a reader of it rests on: another text is another version, or another file in its place."""
        return version_name(self.stamp, self.ident)


PATH_NAME = "path:"
"""Stands before a path that is in the keys of indexes in place of an id."""


_TO_QUOTE = re.compile(r"[^A-Za-z0-9_.~/-]")


def path_text(path: str) -> str:
    """A path as text that any database takes, undecodable bytes too, as `urllib.parse.quote` has it; `path_of` has it
    back."""
    raw = path.encode("utf-8", "surrogateescape").decode("latin-1")
    return _TO_QUOTE.sub(lambda found: f"%{ord(found[0]):02X}", raw)


def path_of(text: str) -> str:
    """The path of which `path_text` made this."""
    return unquote(text, "utf-8", "surrogateescape")


def version_name(stamp: Stamp, ident: str) -> str:
    """SourceFile.version from its parts."""
    return f"{stamp}/{stamp.tag or ident}"


_LOSSLESS = frozenset({"alac", "ape", "dsd", "flac", "optimfrog", "shorten", "tak", "tta"})
"""Codecs that lose nothing, whether they can be decoded here or not (WavPack may: `pcm` tells)."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """The facts about a stream. `total_samples` counts samples of one channel; None where only decoding can tell.

    `pcm` is `int` where the stream decodes to integers of `bits` bits, `float`, or empty for lossy codecs. `faulty`: a
    FLAC whose frames may be sound while its header, or what surrounds it, is not.
    """

    container: str
    codec: str
    sample_rate: int = 0
    channels: int = 0
    bits: int = 0
    total_samples: int | None = None
    pcm: str = ""
    faulty: bool = False

    @property
    def sample_bits(self) -> int:
        """Bits of a sample; 0 where they are not known, and for lossy audio, whatever its header says."""
        return self.bits if self.pcm or self.codec in _LOSSLESS else 0

    @property
    def duration_ns(self) -> int | None:
        """Length in ns, None where unknown."""
        if self.total_samples is None or not self.sample_rate:
            return None
        return self.total_samples * 1_000_000_000 // self.sample_rate


class TagSet(Mapping[str, tuple[str, ...]]):
    """An immutable set of text tags: lower-case field name to one or more values, in the order they were read.

    Field names are those of Vorbis comments where one is common (`albumartist`, `tracknumber`, `musicbrainz_trackid`).
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Iterable[str]] | Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        self._fields: dict[str, tuple[str, ...]] = {}
        for name, values in pairs:
            kept = tuple(v for v in values if v)
            if kept:
                self._fields[name.lower()] = kept

    @classmethod
    def kept(cls, fields: Mapping[str, Iterable[str]]) -> "TagSet":
        """Of fields that a TagSet had: nothing of them has to be looked at."""
        made = cls.__new__(cls)
        made._fields = {name: tuple(values) for name, values in fields.items()}
        return made

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TagSet) and self._fields == other._fields

    def __hash__(self) -> int:
        return hash(tuple(self._fields.items()))

    def __repr__(self) -> str:
        return f"TagSet({self._fields!r})"

    # Mapping asks for each value by its name, and for a missing one by raising and catching: these are asked for most.

    def keys(self) -> KeysView[str]:
        return self._fields.keys()

    def values(self) -> ValuesView[tuple[str, ...]]:
        return self._fields.values()

    def items(self) -> ItemsView[str, tuple[str, ...]]:
        return self._fields.items()

    @overload
    def get(self, name: str) -> tuple[str, ...] | None: ...

    @overload
    def get(self, name: str, default: tuple[str, ...] | D) -> tuple[str, ...] | D: ...

    def get(self, name: str, default: object = None) -> object:
        """The values of a field, or `default`."""
        return self._fields.get(name, default)

    def first(self, name: str) -> str | None:
        """The first value of a field, or None."""
        values = self._fields.get(name)
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as FLAC describes it (RFC 9639 §8.8); its bytes lie in the artwork store under `digest`."""

    digest: str
    size: int
    mime: str
    kind: int = 3
    description: str = ""
    width: int = 0
    height: int = 0
    depth: int = 0


class TagSource(StrEnum):
    """Who says what a tag is, from the weakest to the strongest."""

    EMBEDDED = "embedded"
    PROVIDER = "provider"
    ORCHESTRATOR = "orchestrator"
    USER = "user"

    @property
    def rank(self) -> int:
        """A stronger source has a higher one."""
        return list(TagSource).index(self)


class ArtKind(StrEnum):
    """What a picture shows, as far as it matters here."""

    FRONT = "front"
    BACK = "back"
    OTHER = "other"

    @classmethod
    def of(cls, kind: int) -> "ArtKind":
        """From the picture type of FLAC and ID3v2 (RFC 9639 §8.8): icons and `other` count as the front."""
        return cls.FRONT if kind in (0, 1, 2, 3) else cls.BACK if kind == 4 else cls.OTHER


@dataclass(frozen=True, slots=True)
class SampleRange:
    """Samples [start, stop) of a stream, to its end where `stop` is None. Samples are those of one channel, the first
    is 0."""

    start: int = 0
    stop: int | None = None

    @classmethod
    def counted(cls, first: int, count: int | None) -> "SampleRange":
        """`count` samples from `first` on, all that follow where it is None: as tables and keys have a range."""
        return cls(first, None if count is None else first + count)

    @property
    def count(self) -> int | None:
        """How many samples these are; None where the end of the stream is theirs."""
        return None if self.stop is None else self.stop - self.start

    @property
    def is_whole(self) -> bool:
        """Whether it is all of any stream."""
        return self == WHOLE

    def count_of(self, total: int | None) -> int | None:
        """How many of these a stream of `total` samples has; None where that cannot be told."""
        left = None if total is None else max(0, total - self.start)
        return self.count if left is None else left if self.count is None else min(self.count, left)


WHOLE = SampleRange()
"""All samples of a stream."""


@dataclass(frozen=True, slots=True)
class Track:
    """One playable thing: a whole original, or where `part` is set a range of one.

    `version` rises whenever the served bytes may change. `rendition` was settled when the track was named, because the
    extension in its name comes from it. `tags` are those that are served; `embedded` are the original's where they
    differ. `art` holds the pictures that somebody set (an empty tuple: took away); `picture` is the original's cover,
    its digest empty where its bytes were not looked at, and `folder_picture` one that lies beside the original.
    `edited_ns` is when tags or art were changed last, 0 for never.
    """

    id: int
    file: SourceFile
    format: AudioFormat
    tags: TagSet
    rendition: Rendition
    version: int = 1
    picture: Picture | None = None
    part: SampleRange | None = None
    embedded: TagSet | None = None
    art: tuple[tuple[ArtKind, tuple[Picture, ...]], ...] = ()
    folder_picture: Picture | None = None
    edited_ns: int = 0

    @property
    def mtime_ns(self) -> int:
        """When its served bytes may have changed last: its original, or what is said about it here."""
        return max(self.file.stamp.mtime_ns, self.edited_ns)

    @property
    def sample_range(self) -> SampleRange:
        """The samples of the original that it plays."""
        return self.part or WHOLE
