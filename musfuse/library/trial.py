"""What a change of overlays would make of the drive, found out by making it: in a copy of the part of the catalog that
it reaches, by the stages that make the real one.

What naming does depends on items of the same album, compilation and folder only. So these are copied, the change is
made, and where it reached something that was not copied, all is done again with that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from musfuse.library.catalog import Database, Nodes
from musfuse.library.catalog.scratch import Group, Scratch, any_in_root, groups
from musfuse.library.moves import Moves
from musfuse.library.overlay import MetaCollector
from musfuse.library.overlay.value import split_key
from musfuse.library.pipeline import Pipeline, Stage
from musfuse.library.pipeline.overlay import Overlaying

_ROOT: Group = ("dir", "")


def tried(
    database: Database,
    stages: Callable[[Database], Sequence[Stage]],
    collector: MetaCollector,
    keys: Callable[[], Iterable[str]],
) -> Scratch:
    """A part of the catalog as it would be after a change of the overlays with these keys; `collector` has that change,
    `stages` gives those that follow it.

    The catalog itself is only read. The caller closes what it gets.
    """
    reached = _reach(database, keys())
    while True:
        scratch = Scratch(database)
        try:
            for group in reached:
                scratch.copy(group)
            overlaying = Overlaying(scratch, collector)
            overlaying.mark(keys())
            Pipeline(scratch, [overlaying, *stages(scratch)]).run()
            more = {group for touched in scratch.touched() for group in _widened(touched)} - reached
            if not any(scratch.lacks(group) for group in more):
                return scratch
        except BaseException:
            scratch.close()
            raise
        scratch.close()
        reached |= more


def moves(database: Database, scratch: Scratch) -> Moves:
    """Where files of the drive would move to."""
    before, after = Nodes(database), Nodes(scratch)
    found = Moves(before.path, after.path, lambda folder: after.by_id(folder) is not None)
    for old, new in scratch.moved():
        found.note(old, new)
    for folder in scratch.respelled():
        found.note_spelling(folder)
    return found


def _reach(database: Database, keys: Iterable[str]) -> set[Group]:
    """What the items of these overlays belong to now."""
    found: set[Group] = set()
    if any_in_root(database):
        found.add(_ROOT)  # a folder that comes or goes there may take or leave the name of a file
    for key in keys:
        for group in groups(database, *split_key(key)):
            found.update(_widened(group))
    return found


def _widened(group: Group) -> Iterator[Group]:
    """What has to be known where something belongs to this: of a folder, all those above it, and who has its name in
    the root, which itself may hold too many to be copied."""
    kind, key = group
    if kind == "dir" and key:
        parts = str(key).split("/")
        yield "top", parts[0]
        yield from (("dir", "/".join(parts[:n])) for n in range(1, len(parts) + 1))
    elif key or kind == "dir":
        yield group
