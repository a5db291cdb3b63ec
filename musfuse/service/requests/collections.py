"""Requests about collections: tracks that a rule chooses, under a name.

A rule is a query of the search grammar, or JSON as library/collections/rules.py has it, which begins with `{`. With
`dry_run` a request tells what would change, and changes nothing.
"""

from typing import Any, ClassVar, TypeVar

from musfuse.service.port import Answer, Listing, Request
from musfuse.service.requests.library import FoundTrack
from musfuse.service.requests.sources import Setting

A = TypeVar("A")


class CollectionTold(Answer, frozen=True):
    """A collection of a kind (built-in, saved, playlist, found): its `rule` as JSON (empty for a playlist, and where it
    cannot be read, and `problem` tells why) and in words (of a playlist that was found: where it lies); `created_ns`
    since 1970, None for a built-in one, which may be `hidden`, and one that was found."""

    name: str
    kind: str
    rule: dict[str, Any]
    spoken: str
    problem: str = ""
    hidden: bool = False
    created_ns: int | None = None


class CollectionShown(CollectionTold, frozen=True):
    """A collection, and how many tracks answer its rule, `shown` of which it has by its limit."""

    total: int = 0
    shown: int = 0


class CollectionChanged(Answer, frozen=True):
    """What a collection that is new, or was changed, has other than before, and how many tracks answer its rule."""

    name: str
    changes: tuple[Setting, ...]
    total: int


class CollectionDeleted(Answer, frozen=True):
    """A collection that is gone, with its rule."""

    name: str
    rule: dict[str, Any]


class _Reads(Request[A], frozen=True):
    @property
    def reads(self) -> bool:
        return True


class _Change(Request[A], frozen=True, kw_only=True):
    dry_run: bool = False

    @property
    def reads(self) -> bool:
        return self.dry_run


class ListCollections(_Reads[tuple[CollectionTold, ...]], frozen=True):
    """The collections in order of name, with those that are `hidden` if that is wanted."""

    METHOD: ClassVar[str] = "collection.list"
    hidden: bool = False


class ShowCollection(_Reads[CollectionShown], frozen=True):
    """A collection, and how many tracks of a view it has. Raises NotFoundError where there is none of the name,
    ConfigError where there is no such view, TooSlowError."""

    METHOD: ClassVar[str] = "collection.show"
    name: str
    view: str = "main"


class ListCollectionTracks(Listing[FoundTrack], frozen=True):
    """The tracks of a collection in its order, so many at most (0: all). Raises what ShowCollection raises, and
    ConfigError where its rule cannot be read."""

    METHOD: ClassVar[str] = "collection.tracks"
    name: str
    limit: int = 0
    view: str = "main"


class CollectionItem(Answer, frozen=True):
    """A track of a collection: its public id, 0 for one that came a moment ago, and the uid of its source."""

    id: int
    source: str


class ListCollectionItems(Listing[CollectionItem], frozen=True):
    """The same tracks by their ids."""

    METHOD: ClassVar[str] = "collection.items"
    name: str
    limit: int = 0
    view: str = "main"


class CreateCollection(_Change[CollectionChanged], frozen=True):
    """Keep a collection under a new name. Raises ConfigError for a name or a rule that cannot be, or a name that is
    given."""

    METHOD: ClassVar[str] = "collection.create"
    name: str
    rule: str


class EditCollection(_Change[CollectionChanged], frozen=True):
    """Change what is not None of a collection; a built-in one can only be `hidden`. Raises NotFoundError, and what
    CreateCollection raises."""

    METHOD: ClassVar[str] = "collection.edit"
    name: str
    rule: str | None = None
    new_name: str | None = None
    hidden: bool | None = None


class DeleteCollection(_Change[CollectionDeleted], frozen=True):
    """Forget a collection. Raises NotFoundError, ConfigError for a built-in one."""

    METHOD: ClassVar[str] = "collection.delete"
    name: str
