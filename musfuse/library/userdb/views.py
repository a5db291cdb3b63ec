"""The views of a library beside the main one, as they are kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.errors import ConfigError
from musfuse.library.userdb.arrangement import ArrangementTable
from musfuse.library.userdb.database import UserDatabase


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """A view by its name: the template and the policy by which it names and serves, '' for those of the main view, and
    the query that chooses what it shows, '' for everything."""

    name: str
    template: str = ""
    policy: str = ""
    filter: str = ""


def no_view(name: str) -> ConfigError:
    """What is said where a library has no view of a name."""
    return ConfigError(f"{name[:64]}: no view of this library; `musfuse view list` shows them")


class ViewTable:
    """Queries and updates over view. May be used from many threads."""

    def __init__(self, database: UserDatabase, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._db, self._now_ns = database, now_ns

    def all(self) -> list[ViewSpec]:
        """The views in the order in which they were added."""
        if not self._db.has_views:
            return []
        rows = self._db.execute("SELECT name, template, policy, filter FROM view ORDER BY added_ns, name")
        return [ViewSpec(*row) for row in rows]

    def put(self, spec: ViewSpec) -> None:
        """Keep a view, in place of what was kept under its name."""
        self._db.execute(
            "INSERT INTO view (name, template, policy, filter, added_ns) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET template = excluded.template, policy = excluded.policy,"
            " filter = excluded.filter",
            spec.name, spec.template, spec.policy, spec.filter, self._now_ns(),
        )  # fmt: skip

    def remove(self, name: str) -> None:
        """Forget a view, and what was rearranged in it."""
        with self._db.transaction():
            self._db.execute("DELETE FROM view WHERE name = ?", name)
            ArrangementTable(self._db, name).clear()
