"""Collections: tracks that a rule chooses, under a name. They are the library's; everybody sees of them what he may."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from musfuse.service.itemids import Kind, written
from musfuse.service.requests.browse import ShowTracks, TrackTold
from musfuse.service.requests.collections import (
    CollectionChanged,
    CollectionDeleted,
    CollectionTold,
    CreateCollection,
    DeleteCollection,
    EditCollection,
    ListCollectionItems,
    ListCollections,
)
from musfuse_http.api.browse import sources_of
from musfuse_http.api.paging import Paged
from musfuse_http.api.route import Call

Text = Annotated[str, msgspec.Meta(max_length=20_000)]


class CollectionsPage(msgspec.Struct, frozen=True):
    """Collections in order of name."""

    collections: tuple[CollectionTold, ...]


class CollectionTracks(msgspec.Struct, frozen=True):
    """Tracks of a collection in its order; `total` is how many of them whoever asks sees."""

    tracks: tuple[TrackTold, ...]
    total: int
    next: str | None


class NewCollection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A collection under a new name; its rule is a query, or JSON that begins with `{`."""

    name: Text
    rule: Text


class CollectionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be another: what is left out stays."""

    rule: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET


def every(call: Call[None, None]) -> CollectionsPage:
    """The collections."""
    return CollectionsPage(call.context.service.call(ListCollections()))


def tracks(call: Call[Paged, None]) -> CollectionTracks:
    """The tracks of a collection, page by page."""
    seen, wanted = call.caller.user.sees, call.query
    rows = call.context.service.rows(ListCollectionItems(call.path["name"]))
    ids = [written(Kind.TRACK, row.id) for row in rows if row.id and seen(row.source)]
    page = tuple(ids[wanted.offset : wanted.offset + wanted.limit])
    found = call.context.service.call(ShowTracks(page, sources_of(call.caller))).tracks
    return CollectionTracks(found, len(ids), wanted.next(len(page)))


def create(call: Call[None, NewCollection]) -> CollectionChanged:
    """Keep a rule as a collection."""
    return call.context.service.call(CreateCollection(call.body.name, call.body.rule))


def change(call: Call[None, CollectionChange]) -> CollectionChanged:
    """Change a collection."""
    rule, name, hidden = (None if one is UNSET else one for one in (call.body.rule, call.body.name, call.body.hidden))
    edit = EditCollection(call.path["name"], rule=rule, new_name=name, hidden=hidden)  # type: ignore[arg-type]
    return call.context.service.call(edit)


def remove(call: Call[None, None]) -> CollectionDeleted:
    """Forget a collection."""
    return call.context.service.call(DeleteCollection(call.path["name"]))
