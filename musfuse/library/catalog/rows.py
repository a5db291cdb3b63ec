"""Values of the catalog, and how paths, pictures and originals are stored in it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import NamedTuple

import msgspec

from musfuse.model import ArtKind, AudioFormat, Picture, SourceFile, Stamp, TagSet

NO_TAGS = TagSet()
NOT_LOOKED_AT = -1
"""The mtime in ns of a file that has to be looked at again: no file has it."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of the library; `root` is what people write for its place, a path or a URI; `unindexed` how its
    files are shown that have no index (original, wait, hide)."""

    id: int
    uid: str
    root: str
    position: int
    unindexed: str = "wait"


@dataclass(frozen=True, slots=True)
class FileRow:
    """What a scan found in one file: tracks' facts, or a problem; `again` where the next scan has to look once more,
    also if the file does not change."""

    name: str
    stamp: Stamp
    ident: str
    problem: str = ""
    note: str = ""
    format: AudioFormat | None = None
    tags: TagSet = NO_TAGS
    picture: Picture | None = None
    sheets: tuple[tuple[str, bytes], ...] = ()
    again: bool = False
    older_name: str = ""
    content: str = ""


class KnownFile(NamedTuple):
    """A file as the last scan saw it: the columns of its row, of which a scan makes no more where it did not change."""

    id: int
    uid: str
    folder: bytes
    name: bytes
    size: int
    mtime_ns: int
    tag: str
    ident: str
    older_name: str

    @property
    def file(self) -> SourceFile:
        """The original as it was then."""
        return source_file(*self[1:])

    def is_still(self, stamp: Stamp, ident: str) -> bool:
        """Whether nothing that its origin tells of it changed."""
        return (
            self.mtime_ns == stamp.mtime_ns
            and self.size == stamp.size
            and self.tag == stamp.tag
            and self.ident == ident
        )


def to_blob(path: str) -> bytes:
    """A path of an original as it is stored."""
    return path.encode("utf-8", "surrogateescape")


def from_blob(raw: bytes) -> str:
    """A stored path of an original."""
    return bytes(raw).decode("utf-8", "surrogateescape")


def join(folder: str, name: str) -> str:
    """A path inside an origin."""
    return f"{folder}/{name}" if folder else name


SOURCE_FILE = "o.uid, o.path, o.name, o.size, o.mtime_ns, o.tag, o.ident, o.older_name"
"""The columns of the view `original`, as o, that make a SourceFile."""
OF_FILE = "o.uid = ? AND o.path = ? AND o.name = ?"
"""The condition on it for one path, `at(file)` bound to it."""


def at(uid: str, path: str) -> tuple[str, bytes, bytes]:
    """A path of a source, for OF_FILE."""
    folder, _, name = path.rpartition("/")
    return uid, to_blob(folder), to_blob(name)


def source_file(
    uid: str, folder: bytes, name: bytes, size: int, mtime_ns: int, tag: str, ident: str, older_name: str
) -> SourceFile:
    """An original, of the columns SOURCE_FILE."""
    return SourceFile(uid, join(from_blob(folder), from_blob(name)), Stamp(size, mtime_ns, tag), ident, older_name)


_TAGS = msgspec.json.Decoder(dict[str, tuple[str, ...]])
_FORMAT = msgspec.json.Decoder(AudioFormat)
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode
_FACTS = tuple((fact.name, fact.default) for fact in fields(AudioFormat))


def load_format(text: str) -> AudioFormat:
    """The facts of an item, as they are stored."""
    return _FORMAT.decode(text)


def dump_format(fmt: AudioFormat) -> str:
    """The facts of an item as JSON, to be stored; what is as it is by default is left out."""
    return _ENCODE({name: value for name, default in _FACTS if (value := getattr(fmt, name)) != default})


def load_fields(text: str) -> Mapping[str, tuple[str, ...]]:
    """Tags as they are stored, as a plain mapping: for who compares those of a million tracks."""
    try:
        return _TAGS.decode(text)
    except msgspec.DecodeError:
        return load_tags(text)


def load_tags(text: str) -> TagSet:
    """Tags, as they are stored."""
    try:
        return TagSet.kept(_TAGS.decode(text))  # searches and the index of words read those of many tracks
    except msgspec.DecodeError:  # a lone surrogate, which `json` reads
        return TagSet.kept(json.loads(text))


def dump_tags(tags: TagSet) -> str:
    """Tags as JSON, to be stored."""
    return _ENCODE(dict(tags.items()))


def load_picture(text: str | None) -> Picture | None:
    """A picture, as it is stored."""
    return Picture(**json.loads(text)) if text else None


def dump_picture(picture: Picture | None) -> str | None:
    """A picture as JSON, to be stored; None for none."""
    return json.dumps(asdict(picture)) if picture else None


Art = tuple[tuple[ArtKind, tuple[Picture, ...]], ...]


def load_art(text: str) -> Art:
    """Pictures that are set, as they are stored with a track."""
    return tuple((ArtKind(kind), tuple(Picture(**p) for p in pictures)) for kind, pictures in json.loads(text))


def dump_art(art: Art) -> str | None:
    """Pictures that are set as JSON, to be stored; None for nothing."""
    return json.dumps([(kind.value, [asdict(p) for p in pictures]) for kind, pictures in art]) if art else None
