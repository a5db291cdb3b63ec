"""A stage that only the tests know: it keeps the titles of tracks in a table of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import load_tags
from musfuse.library.catalog.todo import Watch, done, due

_TABLE = """
CREATE TABLE IF NOT EXISTS toy_title (item INTEGER PRIMARY KEY, title TEXT NOT NULL)
"""


@dataclass
class ToyStage:
    """Titles as they are served, which do not go with their items by themselves. `on_batch` is called in the middle of each transaction that does something."""

    database: Database
    rules: str = "1"
    limit: int = 2
    on_batch: Callable[[], None] = lambda: None

    name = "titles"
    after = ("overlay",)
    watches = (Watch.ITEM, Watch.TAGS, Watch.GONE)

    def __post_init__(self) -> None:
        with self.database.write() as db:
            db.execute(_TABLE)

    def batch(self) -> bool:
        with self.database.write() as db:
            items = due(db, self.name, self.limit)
            for item in items:
                row = db.execute("SELECT coalesce(merged, embedded) FROM item_tags WHERE item = ?", (item,)).fetchone()
                if row is None:
                    db.execute("DELETE FROM toy_title WHERE item = ?", (item,))
                else:
                    title = load_tags(row[0]).first("title") or ""
                    db.execute("INSERT OR REPLACE INTO toy_title VALUES (?, ?)", (item, title))
            done(db, self.name, items)
            if items:
                self.on_batch()
        return bool(items)


def titles(database: Database) -> list[str]:
    """What the stage kept."""
    with database.read() as db:
        return [row[0] for row in db.execute("SELECT title FROM toy_title ORDER BY title")]
