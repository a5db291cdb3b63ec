"""The stage that writes down what became of files: none is left out, and none told twice, whatever is killed when.

It keeps what it told of each item that is all of a file, notes what differs from that together with what is to be told
of it, and then has that written. What was written before a kill, but not struck off, has the same name once more, and
is not written again.
"""

import logging
import secrets
import sqlite3
from collections.abc import Callable, Sequence

from musfuse.library.catalog import toldfiles
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.todo import Watch, done, due
from musfuse.library.catalog.toldfiles import Happened, ToldFile

log = logging.getLogger(__name__)

_BATCH = 500


class NotKeptError(Exception):
    """What happened cannot be written now."""


class EventStage:
    """`write` keeps events for good, all or none, or raises NotKeptError; what it was given before it may be given
    again. `now_ns` is the time in ns since 1970: of what was there before this stage was, nothing is told."""

    name, after, rules = "events", ("overlay", "identity"), "1"
    watches: Sequence[Watch] = (Watch.ITEM, Watch.TAGS, Watch.GONE)

    def __init__(
        self, database: Database, write: Callable[[Sequence[Happened]], None], now_ns: Callable[[], int]
    ) -> None:
        self._db, self._write = database, write
        with database.write() as db:
            toldfiles.make_table(db)
            if database.meta("events_catalog") is None:
                database.set_meta("events_catalog", secrets.token_hex(6))
                database.set_meta("events_since", str(now_ns()))
        self._catalog = database.meta("events_catalog") or ""
        self._since = int(database.meta("events_since") or 0)

    def batch(self) -> bool:
        """Note what is to be told of some items, then tell what was noted. Where that cannot be written the drive is
        none the worse for it, and they are told of later."""
        with self._db.write() as db:
            keys = due(db, self.name, _BATCH)
            if keys:
                self._tell(db, [int(key) for key in keys])
                done(db, self.name, keys)
        return self._written() or bool(keys)

    def _written(self) -> bool:
        """Write what was noted; whether there was any, and it could be."""
        with self._db.read() as db:
            happened, last = toldfiles.due(db, _BATCH)
        if not happened:
            return False
        try:
            self._write(happened)
        except NotKeptError as error:
            log.debug("%s", error)
            return False
        with self._db.write() as db:
            toldfiles.leave(db, last)
        return True

    def _tell(self, db: sqlite3.Connection, items: Sequence[int]) -> None:
        told, now, happened = toldfiles.told(db, items), toldfiles.present(db, items), list[Happened]()
        for item in items:
            before, after = told.get(item), now.get(item)
            times = before.times if before is not None else 0
            for name in self._names(before, after):
                times += 1
                known = before if name == "file_removed" else after
                assert known is not None
                happened.append(self._happened(name, known, times))
            if after is not None:
                now[item] = after._replace(times=times)
        toldfiles.enter(db, happened)
        toldfiles.note(db, items, now)

    def _names(self, before: ToldFile | None, after: ToldFile | None) -> list[str]:
        """What is to be told of an item. One that was moved went, and came at its new place."""
        if before is None:
            return ["file_added"] if after is not None and after.born_ns >= self._since else []
        if after is None:
            return ["file_removed"]
        if (before.born_ns, before.uid, before.path) != (after.born_ns, after.uid, after.path):
            return ["file_removed", "file_added"]
        changed = (before.version, before.edited_ns) != (after.version, after.edited_ns)
        return ["file_modified"] if changed else []

    def _happened(self, name: str, file: ToldFile, times: int) -> Happened:
        fields: dict[str, object] = {"path": file.path, "origin_id": file.uid}
        if file.public is not None:
            fields["file_id"] = file.public
        change = (self._catalog, file.item, file.born_ns, times, file.version, file.edited_ns, name)
        return name, fields, ":".join(map(str, change))
