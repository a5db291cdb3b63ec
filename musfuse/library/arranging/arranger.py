"""Edits of a view: folders made, moved and removed, tracks moved, copied and removed, covers hidden; and taken back.

Whoever calls this holds what keeps others from giving names meanwhile. An edit is one transaction, however large the
folder is that it moves.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from musfuse.errors import BusyError, ExistsError, NoEntryError, NotEmptyError
from musfuse.library.arranging import copying
from musfuse.library.arranging.bringing import bring_in
from musfuse.library.arranging.moving import erase, move_folder, own
from musfuse.library.arranging.names import checked_name, stem
from musfuse.library.arranging.pen import Pen, writing
from musfuse.library.catalog import Database, Node, Nodes, arranged, byhand, copies, places, trees
from musfuse.library.catalog.settling import settle
from musfuse.library.catalog.todo import add, done
from musfuse.library.names import name_key
from musfuse.library.naming import ViewRules
from musfuse.library.pipeline.place import ruled
from musfuse.library.userdb.arrangement import ArrangementTable, Edit, Stay
from musfuse.library.userdb.database import UserDatabase


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit touched: `folders` by their nodes, and `paths`. A folder that `moved`, from one path to another,
    took along all below it. `left`: there is more for the pipeline to do."""

    folders: frozenset[int]
    paths: tuple[str, ...]
    moved: tuple[tuple[str, str], ...] = ()
    left: bool = False


class Arranger:
    """Edits of the view with a number and a name, whose rules are among `views`. Methods raise StoreError where nothing
    can be written; then nothing is changed."""

    def __init__(
        self, user: UserDatabase, database: Database, views: Sequence[ViewRules], view: int, name: str
    ) -> None:
        self._user, self._db, self._views, self._view = user, database, views, view
        self.table, self._nodes = ArrangementTable(user, name), Nodes(database, view)

    def make_folder(self, parent: Node, name: str) -> Edited:
        """Make a folder, which is there until somebody removes it. Raises BadNameError, ExistsError."""
        checked_name(name)
        path, above = self._path(parent, name), self._nodes.dir_key(parent.id) or ""
        self._check_free(parent, name)
        with self._writing("make", path) as pen:
            key = f"{above}/{name_key(name)}" if above else name_key(name)
            known = arranged.by_key(pen.db, self._view, key)
            pen.folder(own(pen, above), name, True, known.id if known else None)
            self._settle(pen, {key})
        return self._edited([parent], path)

    def remove_folder(self, folder: Node) -> Edited:
        """Remove a folder in which nothing is. Raises NotEmptyError."""
        path, parent = self._nodes.path(folder.id), self._parent(folder)
        key = self._nodes.dir_key(folder.id) or ""
        with self._writing("remove", path) as pen:
            self._check_empty(pen.db, folder, path)
            self._keep_open(pen, folder)
            erase(pen, key)
            self._settle(pen, {key})
        return self._edited([parent], path)

    def remove_file(self, file: Node) -> Edited:
        """Take an entry of a track out of the view."""
        path, parent = self._path_of(file), self._parent(file)
        with self._writing("remove", path) as pen:
            self._keep_open(pen, file)
            also = self._remove(pen, file)
            self._place(pen, [file])
        return self._edited([parent], path, also=also)

    def copy(self, item: int, parent: Node, name: str, over: Node | None = None) -> Edited:
        """Make one more entry of a track, in the place of another track's that is there. Raises BadNameError,
        ExistsError, NoEntryError where the view does not show the track."""
        checked_name(name)
        node = self._nodes.of_item(item)
        if node is None:
            raise NoEntryError(f"{name}: the track that was copied is not in this view any more")
        self._check_free(parent, name, over)
        target = self._path(parent, name)
        with self._writing("copy", self._nodes.path(node.id), target) as pen:
            folder = own(pen, byhand.dir_key(pen.db, parent.id), kept=True)
            also = self._remove(pen, over) if over is not None else ()
            copying.make(pen, _public(pen.db, node), folder, name, copies.extension(pen.db, node.id))
            byhand.touch(pen.db, parent.id)
            if over is not None:
                self._place(pen, [over])
        return self._edited([parent], target, also=also)

    def hide(self, folder: Node, name: str) -> Edited:
        """Have a folder not show one of its companions."""
        path = self._path(folder, name)
        with self._writing("hide", path) as pen:
            copying.hide(pen, own(pen, byhand.dir_key(pen.db, folder.id)), name)
        return self._edited([folder], path)

    def show(self, folder: Node, name: str, path: str) -> Edited:
        """Have a folder show a companion of a name, as the one at a path, for the tracks that are copied there."""
        target = self._path(folder, name)
        with self._writing("copy", path, target) as pen:
            copying.show(pen, own(pen, byhand.dir_key(pen.db, folder.id), kept=True), name)
        return self._edited([folder], target)

    def move(self, node: Node, parent: Node, name: str, over: Node | None = None) -> Edited:
        """Move a track or folder to a folder, under a name, in the place of what is there: a track gives way to a
        track, an empty folder to a folder. Raises BadNameError, ExistsError, NotEmptyError."""
        checked_name(name)
        self._check_free(parent, name, node, over)
        before, target = self._parent(node), self._path(parent, name)
        path, also = self._path_of(node), ()  # type: str, Sequence[int]
        with self._writing("move", path, target) as pen:
            if node.parent != parent.id:
                self._keep_open(pen, node)
            if node.track:
                also = self._move_file(pen, node, parent, name, over)
            else:
                self._move_folder(pen, node, parent, name, over)
        moved = () if node.track else ((path, target),)
        return self._edited([before, parent, node], path, target, moved=moved, also=also)

    def take_back(self, count: int) -> list[Edit]:
        """Take back the last edits in force, so many, the last one first; the pipeline shows what that makes."""
        with self._user.transaction():
            edits = self.table.latest(max(count, 1))
            for edit in edits:
                self.table.take_back(edit.seq)
            bring_in(self._user, self._db, self.table, self._view)
        return edits

    def reset(self) -> int:
        """Take back all edits at once; how many there were. The pipeline shows what that makes."""
        with self._user.transaction():
            count = self.table.count()
            self.table.clear()
            bring_in(self._user, self._db, self.table, self._view)
        return count

    def _writing(self, what: str, path: str, target: str = "") -> AbstractContextManager[Pen]:
        return writing(self._user, self._db, self.table, self._view, what, path, target)

    # tracks

    def _move_file(self, pen: Pen, file: Node, parent: Node, name: str, over: Node | None) -> Sequence[int]:
        """Move an entry of a track; tracks of which a copy is the only entry now."""
        public = _public(pen.db, file)
        folder = own(pen, byhand.dir_key(pen.db, parent.id), kept=bool(file.copy))
        also: Sequence[int] = ()
        if file.copy and over is not None and over.track == file.track:
            copying.drop(pen, file)  # the same bytes are there
        elif file.copy:
            copying.move(pen, file, folder, name)
            byhand.touch(pen.db, parent.id)
        if over is not None and over.track != file.track:
            also = self._remove(pen, over)
        elif over is not None and over.copy and not file.copy:
            copying.drop(pen, over)
        if not file.copy:
            kept, follows = stem(file.name, name, arranged.follows(pen.db, self._view, public))
            pen.stay(public, Stay(folder, kept, follows))
        self._place(pen, [file, *([over] if over else [])])
        return also

    @staticmethod
    def _remove(pen: Pen, file: Node) -> Sequence[int]:
        """An entry of a track is gone from its folder, which shows its cover until that is removed as well. The track,
        where a copy is in its place now."""
        if file.copy:
            copying.drop(pen, file)
            return ()
        folder, public = own(pen, byhand.dir_key(pen.db, file.parent)), _public(pen.db, file)
        if copying.promote(pen, public, folder):
            return (file.track,)
        pen.stay(public, Stay(folder, gone=True))
        return ()

    def _place(self, pen: Pen, nodes: Sequence[Node]) -> None:
        """Have tracks be where they are now to be, in all trees of the view; nodes of the one that is shown follow."""
        if copying.give_numbers(pen, nodes):
            self._settle(pen, {byhand.dir_key(pen.db, node.parent) for node in nodes if node.copy})
        for copy in (node for node in nodes if node.copy):
            byhand.touch(pen.db, copy.parent)
        nodes = [node for node in nodes if not node.copy]
        db, tree, items = pen.db, pen.tree(), [node.track for node in nodes]
        left = places.folders_of(db, tree, items)
        alone = [node for node in nodes if byhand.stands_alone(db, tree, node.id)] == [*nodes]
        self._put(db, items)
        come = places.folders_of(db, tree, items)
        if not alone:
            self._settle(pen, left | come, items)
            return
        for key in left - come:  # nobody's name rests on those that leave: what stays is not looked through
            byhand.leave(db, tree, key, items)
            done(db, places.settle_key(tree), [key])
        if come:
            self._settle(pen, come, items)

    def _put(self, db: sqlite3.Connection, items: Iterable[int]) -> None:
        found = list(places.candidates(db, items))
        for tree, rules in ruled(db, self._views):
            if tree.view == self._view:
                wanted = {item.id: rules.place(item) for item in found}
                places.put(db, tree.id, arranged.arranged(db, self._view, wanted))

    def _settle(self, pen: Pen, keys: set[str], meant: Sequence[int] = ()) -> None:
        """Make nodes of the tree that is shown; those of one that is being made come with its other folders.

        A file beside those that are `meant` keeps its name: else what has a number for the sake of a name that is free
        now would be renamed under the hands of who moves or removes several.
        """
        db, tree = pen.db, pen.tree()
        looked_at = keys | {key.rpartition("/")[0] for key in keys if key}
        before = places.names_in(db, tree, looked_at)
        settle(db, tree, keys)
        after = places.names_in(db, tree, looked_at)
        renamed = [item for item in before.keys() & after.keys() - set(meant) if before[item] != after[item]]
        for item in renamed:
            folder, name = before[item]
            pen.keep_name(item, own(pen, byhand.dir_key(db, folder)), name)
        if renamed:
            self._put(db, renamed)
            settle(db, tree, looked_at)
        done(db, places.settle_key(tree), looked_at)
        for other in self._made_beside(db, tree):
            add(db, places.settle_key(other), looked_at)

    # folders

    def _move_folder(self, pen: Pen, folder: Node, parent: Node, name: str, over: Node | None) -> None:
        db, tree = pen.db, pen.tree()
        above = byhand.dir_key(db, parent.id)
        key = f"{above}/{name_key(name)}" if above else name_key(name)
        if over is not None and over.id != folder.id:
            self._check_empty(db, over, self._nodes.path(over.id))
            byhand.remove(db, over.id)
        old, old_above = byhand.dir_key(db, folder.id), byhand.dir_key(db, folder.parent)
        if key != old:
            erase(pen, key)  # also what is not shown of an earlier folder of this name
        move_folder(pen, folder.id, parent.id, name)
        self._settle(pen, {above, old_above})
        for other in self._made_beside(db, tree):
            add(db, "place", places.items_below(db, tree, key))
            add(db, places.settle_key(other), [old, *(row.key for row in arranged.below(db, self._view, key))])

    def _keep_open(self, pen: Pen, leaving: Node) -> None:
        """The folder that an entry leaves stays, if it was the last one in it, until somebody removes it."""
        above = byhand.dir_key(pen.db, leaving.parent)
        but = 0 if leaving.copy else leaving.id
        if above and not byhand.has_entries(pen.db, leaving.parent, but, leaving.copy):
            own(pen, above, kept=True)

    def _made_beside(self, db: sqlite3.Connection, shown: int) -> list[int]:
        return [tree.id for tree in trees.trees(db) if tree.view == self._view and tree.id != shown]

    # what is checked and told

    def _check_free(self, parent: Node, name: str, *others: Node | None) -> None:
        found = self._nodes.child(parent.id, name_key(name))
        known = {(other.copy, 0 if other.copy else other.id) for other in others if other is not None}
        with self._db.read() as db:
            there = {(copy.id, 0) for copy in copies.shown(db, parent.id, name_key(name))}
        if (there | ({(0, found.id)} if found is not None else set())) - known:
            raise ExistsError(f"{self._path(parent, name)}: it is there already; name another")

    @staticmethod
    def _check_empty(db: sqlite3.Connection, folder: Node, path: str) -> None:
        if byhand.has_entries(db, folder.id):
            raise NotEmptyError(f"{path}: there is something in it")

    def _parent(self, node: Node) -> Node:
        found = self._nodes.by_id(node.parent)
        if found is None:
            raise NoEntryError(f"{node.name}: gone meanwhile")
        return found

    def _path_of(self, node: Node) -> str:
        """Where a track's entry, or a folder, is."""
        return f"{self._nodes.path(node.parent)}/{node.name}".lstrip("/") if node.copy else self._nodes.path(node.id)

    def _path(self, parent: Node, name: str) -> str:
        return f"{self._nodes.path(parent.id)}/{name}".lstrip("/")

    def _edited(
        self, folders: Iterable[Node], *paths: str, moved: tuple[tuple[str, str], ...] = (), also: Sequence[int] = ()
    ) -> Edited:
        """What an edit touched; of the tracks `also` one entry is another now."""
        others = self._nodes.of_items(also).values() if also else ()
        nodes = {folder.id for folder in folders if not folder.track} | {other.parent for other in others}
        all_paths = [*paths, *self._nodes.paths(other.id for other in others).values()]
        above = {path.rpartition("/")[0] for path in all_paths}
        with self._db.read() as db:
            left = bool(self._made_beside(db, trees.tree_of(db, self._view)))
        return Edited(frozenset(nodes), (*all_paths, *sorted(above)), moved, left)


def _public(db: sqlite3.Connection, file: Node) -> int:
    """The public id of a track. Raises BusyError where it has none yet."""
    public = byhand.public_of(db, file.track)
    if public is None:
        raise BusyError(f"{file.name}: it is not known yet who it is; try again")
    return public
