"""Collections listed, shown, made, changed and forgotten."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from musfuse.errors import ConfigError
from musfuse.library.catalog.reports import ReportKind
from musfuse.library.collections.compiling import compiled
from musfuse.library.collections.rules import Definition, as_json, read_definition, write_definition
from musfuse.library.collections.shelf import Collection, CollectionKind, Shelf, checked_name
from musfuse.library.collections.spoken import spoken
from musfuse.library.names import name_key
from musfuse.library.selection import Selected, Selection
from musfuse.service.handlers import Handlers
from musfuse.service.library import found_track
from musfuse.service.requests.collections import (
    CollectionChanged,
    CollectionDeleted,
    CollectionItem,
    CollectionShown,
    CollectionTold,
    CreateCollection,
    DeleteCollection,
    EditCollection,
    ListCollectionItems,
    ListCollections,
    ListCollectionTracks,
    ShowCollection,
)
from musfuse.service.requests.library import FoundTrack, ReportLine
from musfuse.service.requests.sources import Setting
from musfuse.wording import counted

_SHOWN = 200
_SECONDS = 60.0
"""As long as a command waits for a collection; a face gives up sooner."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """Over the collections of a library. `changed` is called when there are others, or their rules are others."""

    shelf: Shelf
    selection: Selection
    changed: Callable[[], object] = lambda: None

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about collections."""
        handlers.on(ListCollections, lambda asked: tuple(map(_told, self.shelf.all(asked.hidden))))
        handlers.on(ShowCollection, self.show)
        handlers.on_listing(
            ListCollectionTracks, lambda listing: self.tracks(listing.name, listing.limit, listing.view)
        )
        handlers.on_listing(ListCollectionItems, lambda listing: self.items(listing))
        handlers.on(CreateCollection, self.create)
        handlers.on(EditCollection, self.edit)
        handlers.on(DeleteCollection, self.delete)

    def show(self, asked: ShowCollection) -> CollectionShown:
        """A collection with how many tracks it has. Raises NotFoundError, ConfigError, StoreError, TooSlowError."""
        collection, view = self.shelf.get(asked.name), self.selection.view(asked.view)
        told = _told(collection)
        total = shown = 0
        if not collection.problem:
            members = self.shelf.members(collection, view, seconds=_SECONDS)
            total, shown = members.total, len(members.items)
        return CollectionShown(
            told.name, told.kind, told.rule, told.spoken, told.problem, told.hidden, told.created_ns, total, shown
        )

    def tracks(self, name: str, limit: int = 0, view: str = "main") -> Iterator[FoundTrack]:
        """The tracks of a collection in order. Raises what `show` raises."""
        return map(found_track, self._rows(name, limit, view))

    def items(self, asked: ListCollectionItems) -> Iterator[CollectionItem]:
        """The same by their ids. Raises what `show` raises."""
        rows = self._rows(asked.name, asked.limit, asked.view)
        return (CollectionItem(row.public, row.source_uid) for row in rows)

    def create(self, asked: CreateCollection) -> CollectionChanged:
        """Keep a new one. Raises ConfigError, StoreError."""
        name, definition = checked_name(asked.name), self._checked(asked.rule)
        self.shelf.check_free(name)
        total = self._count(definition)
        if not asked.dry_run:
            self.shelf.table.add(name, name_key(name), write_definition(definition))
            self.changed()
        return CollectionChanged(name, (Setting("rule", "", spoken(definition)),), total)

    def edit(self, asked: EditCollection) -> CollectionChanged:
        """Change one. Raises NotFoundError, ConfigError, StoreError."""
        collection = self._ruled(asked.name)
        if collection.kind is CollectionKind.BUILT_IN:
            return self._hide(collection, asked)
        if asked.hidden is not None:
            raise ConfigError(f"{collection.name}: only a built-in collection can be hidden; this one can be deleted")
        name = collection.name if asked.new_name is None else checked_name(asked.new_name)
        if name_key(name) != collection.key:
            self.shelf.check_free(name)
        definition = collection.definition if asked.rule is None else self._checked(asked.rule)
        if definition is None:
            raise ConfigError(f"{collection.name}: {collection.problem}; give it another rule")
        before = "" if collection.definition is None else spoken(collection.definition)
        both = (Setting("name", collection.name, name), Setting("rule", before, spoken(definition)))
        changes = tuple(change for change in both if change.before != change.after)
        total = self._count(definition)
        if changes and not asked.dry_run:
            self.shelf.table.change(collection.id, name, name_key(name), write_definition(definition))
            self.changed()
        return CollectionChanged(name, changes, total)

    def delete(self, asked: DeleteCollection) -> CollectionDeleted:
        """Forget one. Raises NotFoundError, ConfigError, StoreError."""
        collection = self._ruled(asked.name)
        if collection.kind is CollectionKind.BUILT_IN:
            raise ConfigError(
                f"{collection.name}: is built in, and cannot be deleted; `musfuse collection edit --hide` hides it"
            )
        if not asked.dry_run:
            self.shelf.table.remove(collection.id)
            self.changed()
        return CollectionDeleted(collection.name, _rule(collection))

    def problems(self) -> Iterator[ReportLine]:
        """The collections whose rules cannot be read, and what playlists name that is not there, for the report. Raises
        StoreError."""
        for one in self.shelf.all(hidden=True):
            if one.problem:
                yield ReportLine(ReportKind.COLLECTION.value, f".collections/{one.name}", one.problem)
        for odd in self.shelf.found.unmatched():
            named = "; ".join(place[:_SHOWN] for place in odd.first) + ("; …" if odd.count > len(odd.first) else "")
            what = f"no track here is what {odd.count} of its {counted(odd.of, 'entry', 'entries')} name: {named}"
            yield ReportLine(ReportKind.PLAYLIST.value, odd.place, what)

    def _rows(self, name: str, limit: int, view: str) -> Iterator[Selected]:
        number = self.selection.view(view)
        members = self.shelf.members(self.shelf.get(name), number, counts=False, seconds=_SECONDS)
        items = members.items[:limit] if limit else members.items
        return self.selection.rows(items, number)

    def _ruled(self, name: str) -> Collection:
        """A collection that has a rule."""
        found = self.shelf.get(name)
        if found.kind not in (CollectionKind.BUILT_IN, CollectionKind.SAVED):
            raise ConfigError(
                f"{found.name}: is a playlist, and has no rule; `musfuse playlist` changes those that were made here"
            )
        return found

    def _hide(self, collection: Collection, asked: EditCollection) -> CollectionChanged:
        if asked.rule is not None or asked.new_name is not None:
            raise ConfigError(
                f"{collection.name}: is built in, and stays as it is; make one of another name, and hide this one"
            )
        hidden = collection.hidden if asked.hidden is None else asked.hidden
        changes = () if hidden == collection.hidden else (Setting("hidden", _yes(not hidden), _yes(hidden)),)
        if changes and not asked.dry_run:
            self.shelf.table.hide(collection.key, hidden)
            self.changed()
        return CollectionChanged(collection.name, changes, self.shelf.members(collection, seconds=_SECONDS).total)

    def _checked(self, text: str) -> Definition:
        """A rule that may be kept. Raises ConfigError, also for fields and formats that no track has."""
        definition = read_definition(text)
        compiled(definition, self.selection.vocabulary())
        return definition

    def _count(self, definition: Definition) -> int:
        collection = Collection("", CollectionKind.SAVED, definition)
        return self.shelf.members(collection, seconds=_SECONDS).total


def _told(collection: Collection) -> CollectionTold:
    words = "" if collection.definition is None else spoken(collection.definition)
    words = collection.row.place if collection.row is not None else words
    return CollectionTold(
        collection.name, collection.kind.value, _rule(collection), words, collection.problem, collection.hidden,
        collection.created_ns or None,
    )  # fmt: skip


def _rule(collection: Collection) -> dict[str, Any]:
    return {} if collection.definition is None else as_json(collection.definition)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
