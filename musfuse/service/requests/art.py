"""Requests about pictures of tracks: shown, set, given up."""

from pathlib import Path
from typing import ClassVar

from msgspec import UNSET, UnsetType

from musfuse.model import ArtKind
from musfuse.service.port import Answer, Asked, Listing
from musfuse.service.requests.changes import Change


class PictureTold(Answer, frozen=True, rename={"origin": "from"}):
    """A picture: where it comes from (`set` here, `embedded` in the original, or `beside` it), the `file` that it is or
    lies in, its `pixels` (width, height; None where they are not known), and whether what is served shows it.

    Where pictures of a kind were taken away, there is one that is `hidden` and tells nothing more.
    """

    kind: ArtKind
    origin: str
    used: bool
    file: str | UnsetType = UNSET
    mime: str | UnsetType = UNSET
    bytes: int | UnsetType = UNSET
    pixels: tuple[int, int] | UnsetType | None = UNSET
    description: str | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET


class TrackArt(Answer, frozen=True):
    """A track (as FoundTrack names it) with its pictures, of each kind the strongest first."""

    path: str
    source: str
    part: int
    pictures: tuple[PictureTold, ...]


class ShowArt(Listing[TrackArt], frozen=True):
    """The pictures of tracks."""

    METHOD: ClassVar[str] = "art.show"
    targets: tuple[Asked, ...]


class SetArt(Change, frozen=True):
    """Set a picture for all tracks of the targets. Raises ConfigError where the file cannot be used as one."""

    METHOD: ClassVar[str] = "art.set"
    targets: tuple[Asked, ...]
    picture: Path
    kind: ArtKind = ArtKind.FRONT


class ClearArt(Change, frozen=True):
    """Give up pictures that were set; with `hide`, serve none at all, the original's neither."""

    METHOD: ClassVar[str] = "art.clear"
    targets: tuple[Asked, ...]
    kinds: tuple[ArtKind, ...]
    hide: bool = False
