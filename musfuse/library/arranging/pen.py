"""One edit of a view as it is written: rows of user.db and, with each, their copy in the catalog."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from musfuse.library.arranging.names import stem
from musfuse.library.catalog import arranged, byhand, copies, trees
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.settling import raise_generation
from musfuse.library.names import name_key
from musfuse.library.userdb.arrangement import ArrangementTable, Copy, Stay, token
from musfuse.library.userdb.database import UserDatabase


class Pen:
    """Writes an edit; `db` is the catalog's writer, `tracks` counts whom it concerns."""

    def __init__(self, table: ArrangementTable, db: sqlite3.Connection, view: int, seq: int) -> None:
        self._table, self.db, self.view, self.seq = table, db, view, seq
        self.tracks = 0

    def folder(self, parent: int, name: str, kept: bool, folder: int | None = None) -> int:
        """Make a folder, or change one; its id."""
        made = self._table.put_folder(self.seq, parent, name, kept, folder)
        arranged.put_folder(self.db, self.view, made, parent, name, kept)
        return made

    def base(self, key: str, folder: int) -> None:
        """Have a folder of the template shown as another one."""
        self._table.put_base(self.seq, key, folder)
        arranged.put_base(self.db, self.view, key, folder)

    def stay(self, public: int, stay: Stay) -> None:
        """Have a track stay somewhere."""
        self._table.put_stay(self.seq, public, stay)
        arranged.put_stay(self.db, self.view, public, stay.folder, stay.name, follows=stay.follows, gone=stay.gone)
        self.tracks += 1

    def copy(self, copy: Copy, number: int | None = None) -> None:
        """Make a further entry of a track, or change one."""
        made = self._table.put_copy(self.seq, copy, number)
        copies.put(self.db, self.view, made, copy)
        self.tracks += 1

    def keep_name(self, item: int, folder: int, name: str) -> None:
        """Have an item keep a name that it has; where it has no public id yet, it may get another one."""
        public = byhand.public_of(self.db, item)
        if public is not None:
            kept, follows = stem(name, name, arranged.follows(self.db, self.view, public))
            self.stay(public, Stay(folder, kept, follows))
            self.tracks -= 1

    def pin(self, folder: int, publics: Sequence[int]) -> None:
        """Have tracks of whom nobody said anything stay in a folder."""
        self._table.pin(self.seq, folder, publics)
        arranged.pin(self.db, self.view, folder, publics)

    def hide(self, folder: int, name: str) -> None:
        """Hide a companion."""
        self._table.hide(self.seq, folder, name_key(name))
        arranged.hide(self.db, self.view, folder, name_key(name))

    def unhide(self, folder: int, name: str) -> None:
        """Show a companion again."""
        self._table.unhide(self.seq, folder, name_key(name))
        arranged.unhide(self.db, self.view, folder, name_key(name))

    def forget(self, numbers: Sequence[int]) -> None:
        """Forget further entries."""
        for number in numbers:
            self._table.drop_copy(self.seq, number)
        copies.drop(self.db, numbers)

    def drop(self, folder: int) -> None:
        """Forget a folder with nothing in it. Who stayed there goes where the template says; who is gone stays so."""
        for key in arranged.bases_of(self.db, folder):
            self._table.drop_base(self.seq, key)
        for key in arranged.hidden_in(self.db, self.view, folder):
            self._table.unhide(self.seq, folder, key)
        for public, gone in arranged.staying_in(self.db, self.view, folder):
            if not gone:
                self._table.drop_stay(self.seq, public)
                arranged.drop_stay(self.db, self.view, public)
        self.forget(copies.in_folder(self.db, self.view, folder))
        self._table.drop_folder(self.seq, folder)
        arranged.drop_folder(self.db, self.view, folder)

    def tree(self) -> int:
        """The tree that the view shows."""
        return trees.tree_of(self.db, self.view)


@contextmanager
def writing(
    user: UserDatabase, database: Database, table: ArrangementTable, view: int, what: str, path: str, target: str = ""
) -> Iterator[Pen]:
    """An edit that takes effect as a whole at the end of the block, or not at all. Raises StoreError.

    The catalog's transaction ends within that of user.db. A kill in between leaves a catalog that knows more than
    user.db does; the next start makes it what user.db says (`bringing.py`).
    """
    with user.transaction(), database.write() as db:
        pen = Pen(table, db, view, table.begin(what, path, target))
        yield pen
        table.concerned(pen.seq, pen.tracks)
        raise_generation(db)
        byhand.know(db, token(user))
