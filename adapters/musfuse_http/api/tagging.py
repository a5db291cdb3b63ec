"""Tags of tracks: shown, changed by overlays, taken back. No original is written."""

from typing import Annotated, Any

import msgspec

from musfuse.errors import NoEntryError
from musfuse.library.targettext import of_item
from musfuse.service.itemids import Kind, number_of
from musfuse.service.requests.changes import Changed, ChangeTold, ListChanges, UndoChange
from musfuse.service.requests.tags import ClearTags, FieldTold, SetTags, ShowTags
from musfuse_http.api.paging import Paged
from musfuse_http.api.route import Call

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern="^[^=]*$")]
Value = Annotated[str, msgspec.Meta(max_length=65_536)]
Values = Annotated[tuple[Value, ...], msgspec.Meta(max_length=100)]


class TagsTold(msgspec.Struct, frozen=True):
    """The tags of a track, and who says each; how many pictures of a kind were set, 0 where they were taken away."""

    tags: dict[str, FieldTold]
    art: dict[str, int]


class TagsChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that get other values, none for an empty list, and fields of which nothing is said any more, so that the
    original's values show again."""

    set: Annotated[dict[Name, Values], msgspec.Meta(max_length=100)] = {}
    clear: Annotated[tuple[Name, ...], msgspec.Meta(max_length=100)] = ()


class ChangesMade(msgspec.Struct, frozen=True):
    """Changes that were made, in order."""

    changes: tuple[Changed, ...]


class ChangesPage(msgspec.Struct, frozen=True):
    """Changes, the last first."""

    changes: tuple[ChangeTold, ...]
    next: str | None


def show(call: Call[None, None]) -> TagsTold:
    """The tags of a track, and who says so."""
    number = number_of(call.path["id"], Kind.TRACK)
    call.context.streams.row(number, call.caller.user.sources)
    (found,) = call.context.service.rows(ShowTags((_target(call),)))
    return TagsTold(found.tags, found.art)


def change(call: Call[None, TagsChange]) -> ChangesMade:
    """Change tags of a track, everywhere that it is served; it can be undone."""
    wanted, target, author = call.body, _target(call), call.caller.user.name
    made = list[Changed]()
    if wanted.set:
        texts = tuple(f"{name}={value}" for name, values in wanted.set.items() for value in values or ("",))
        made.append(call.context.service.call(SetTags(targets=(target,), fields=texts, author=author)))
    if wanted.clear:
        made.append(call.context.service.call(ClearTags(targets=(target,), fields=wanted.clear, author=author)))
    return ChangesMade(tuple(made))


def changes(call: Call[Paged, None]) -> ChangesPage:
    """What was changed, the last first."""
    wanted, found = call.query, list[ChangeTold]()
    for number, one in enumerate(call.context.service.rows(ListChanges())):
        if number >= wanted.offset:
            found.append(one)
        if len(found) == wanted.limit:
            break
    return ChangesPage(tuple(found), wanted.next(len(found)))


def undo(call: Call[None, None]) -> Changed:
    """Take a change back."""
    number = call.number("number")
    if not number:
        raise NoEntryError("0: there is no such change")
    return call.context.service.call(UndoChange(author=call.caller.user.name, number=number))


def _target(call: Call[Any, Any]) -> tuple[str, str]:
    """The track in the path as requests about tags name it. Raises NotFoundError."""
    return of_item(number_of(call.path["id"], Kind.TRACK)), ""
