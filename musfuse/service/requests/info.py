"""Requests about where things come from: an entry of the drive, or an original."""

from typing import Any, ClassVar

from msgspec import UNSET, UnsetType, field

from musfuse.service.port import Answer, Request
from musfuse.service.requests.edits import EditTold


class AudioTold(Answer, frozen=True):
    """A format of audio: `rate` in Hz, `samples` a channel; `bits` is None for lossy audio."""

    container: str
    codec: str
    rate: int
    channels: int
    bits: int | None
    samples: int | None


class CutTold(Answer, frozen=True):
    """Which sheet cuts a track out of its image, and which samples it has: [first_sample, end_sample)."""

    sheet: str
    first_sample: int
    end_sample: int | None


class PieceTold(Answer, frozen=True):
    """A piece of a served file."""

    bytes: int
    what: str


class SheetTold(Answer, frozen=True):
    """A cue sheet of an original; `remark` says why it is not followed, or in what."""

    kind: str
    remark: str


class PartTold(Answer, frozen=True):
    """A track that an original is, or a part of it is, 0 for all of it; `size` in bytes, None where it is not known
    yet; `problem` says why it is served as the original, `untagged` why with its own tags. `edit` is that by which
    somebody put it where it is, or removed it."""

    part: int
    path: str
    served_as: str
    size: int | None
    cut: CutTold | None
    problem: str
    untagged: str
    edit: EditTold | None = None


class FolderInfo(Answer, frozen=True, tag_field="kind", tag="folder"):
    """A folder of the drive; `node` is its inode number, `more` what else its branch tells."""

    path: str
    node: int
    entries: int
    more: dict[str, Any]


class FileInfo(Answer, frozen=True, tag_field="kind", tag="file"):
    """A file of the drive, `size` in bytes as it is served. From `id` on only for a track: `wanted` is its name before
    names were told apart, and `numbered` whether that changed it; `stars` (0 for none) and `starred` what is thought of
    it, `plays` how often it was played, and when that was last, in ns since 1970. `by_template` is where the template
    would have it, and `edit` by which edit somebody put it elsewhere; '' and None where nobody did."""

    path: str
    node: int
    size: int | None = None
    layout: tuple[PieceTold, ...] = ()
    layout_problem: str = ""
    source: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    source_bytes: int | UnsetType = UNSET
    id: int | UnsetType = UNSET
    content: str | UnsetType = UNSET
    served_as: str | UnsetType = UNSET
    format: AudioTold | UnsetType = UNSET
    tags: dict[str, list[str]] | UnsetType = UNSET
    cut: CutTold | UnsetType | None = UNSET
    template: str | UnsetType = UNSET
    wanted: str | UnsetType = UNSET
    numbered: bool | UnsetType = UNSET
    problem: str | UnsetType = UNSET
    untagged: str | UnsetType = UNSET
    stars: int | UnsetType = UNSET
    starred: bool | UnsetType = UNSET
    plays: int | UnsetType = UNSET
    last_played_ns: int | UnsetType | None = UNSET
    by_template: str | UnsetType = UNSET
    edit: EditTold | UnsetType | None = UNSET


class OriginalInfo(Answer, frozen=True, tag_field="kind", tag="original"):
    """An original with the tracks that it is; `hidden`: an image whose parts are shown in its place."""

    path: str
    source: str
    bytes: int
    problem: str
    note: str
    hidden: bool
    format: AudioTold | None
    tracks: tuple[PartTold, ...]
    sheets: tuple[SheetTold, ...]
    tags: dict[str, list[str]]


class CompanionInfo(Answer, frozen=True, tag_field="kind", tag="beside"):
    """A picture or another file that lies beside audio; `pixels` are width and height, 0 where nobody looked."""

    path: str
    source: str
    role: str
    bytes: int
    problem: str
    mime: str | None
    pixels: tuple[int, int] | None


class SourceFolderInfo(Answer, frozen=True, tag_field="kind", tag="source folder"):
    """A folder of a source: how many audio files it has, how many of them are not shown, how many tracks come of it."""

    path: str
    source: str
    problem: str
    files: int
    skipped: int
    tracks: int


Info = FolderInfo | FileInfo | OriginalInfo | CompanionInfo | SourceFolderInfo


class Describe(Request[Info], frozen=True):
    """What is known of the original at the absolute path or URI `original`, where it is one, else of `path` on the
    drive, which may differ in case, as a view shows it. Raises NoEntryError, which says what may have been meant."""

    METHOD: ClassVar[str] = "info"
    path: str
    original: str = ""
    view: str = "main"
