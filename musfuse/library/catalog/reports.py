"""What the catalog says of itself: totals, and everything that is not shown, or shown with a remark."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import from_blob, join
from musfuse.origins.places import place_in


class ReportKind(StrEnum):
    """What happened to a file: not shown, shown as its original since indexing failed, shown while its index has to
    wait, shown with a remark, served with its own tags, a picture that is not used, a remark on a cue sheet, a folder
    that could not be listed, a playlist that is not read or names what is not there; COLLECTION is one whose rule
    cannot be read, which no catalog tells."""

    SKIPPED = "skipped"
    FAILED = "failed"
    PUT_OFF = "put_off"
    NOTED = "noted"
    UNTAGGED = "untagged"
    ART = "art"
    SHEET = "sheet"
    FOLDER = "folder"
    PLAYLIST = "playlist"
    COLLECTION = "collection"


@dataclass(frozen=True, slots=True)
class Report:
    """A line of `musfuse report`; `path` is that of the original."""

    kind: ReportKind
    path: str
    reason: str


_LINES = """
SELECT 'skipped', o.root, o.path, o.name, o.problem FROM original o WHERE o.problem <> ''
 UNION ALL SELECT CASE WHEN x.problem <> '' THEN 'failed' ELSE 'noted' END, o.root, o.path, o.name,
       coalesce(x.problem, '') || o.note FROM original o
       LEFT JOIN (SELECT i.file, max(r.problem) AS problem FROM rendition r JOIN item i ON i.id = r.item AND i.part = 0
                   WHERE r.problem <> '' GROUP BY i.file) x ON x.file = o.file
        WHERE o.problem = '' AND (o.note <> '' OR x.problem <> '')
 UNION ALL SELECT 'sheet', o.root, o.path, o.name, c.remark FROM sheet c JOIN original o ON o.file = c.file
        WHERE c.remark <> ''
 UNION ALL SELECT 'folder', s.root, d.path, x'', d.problem FROM folder d JOIN source s ON s.id = d.source
        WHERE d.problem <> ''
 UNION ALL SELECT 'untagged', o.root, o.path, o.name, iif(t.damage <> '', t.damage, r.untagged) FROM item i
        JOIN item_tags t ON t.item = i.id JOIN original o ON o.file = i.file
        LEFT JOIN (SELECT item, max(untagged) AS untagged FROM rendition WHERE untagged <> '' GROUP BY item) r
               ON r.item = i.id WHERE t.damage <> '' OR r.untagged <> ''
 UNION ALL SELECT 'put_off', o.root, o.path, o.name, max(r.put_off) FROM rendition r JOIN item i ON i.id = r.item
        JOIN original o ON o.file = i.file WHERE r.put_off <> '' GROUP BY i.id
 UNION ALL SELECT iif(c.kind = 'playlist', 'playlist', 'art'), s.root, d.path, c.name, c.problem FROM companion c
        JOIN folder d ON d.id = c.folder
        JOIN source s ON s.id = d.source WHERE c.problem <> ''
 ORDER BY 2, 3, 4
"""


class Reports:
    """Queries for `musfuse status` and `musfuse report`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def counts(self) -> dict[str, int]:
        """Totals for `musfuse status`."""
        with self._db.read() as db:

            def one(sql: str) -> int:
                return int(db.execute(sql).fetchone()[0])

            return {
                "tracks": one("SELECT count(*) FROM item WHERE hidden = 0"),
                "skipped": one("SELECT count(*) FROM file WHERE problem <> ''"),
                "noted": one("SELECT count(*) FROM file WHERE note <> ''"),
                "failed": one("SELECT count(DISTINCT item) FROM rendition WHERE problem <> ''"),
                "put_off": one("SELECT count(DISTINCT item) FROM rendition WHERE put_off <> ''"),
                "untagged": one(
                    "SELECT count(*) FROM (SELECT item FROM rendition WHERE untagged <> ''"
                    " UNION SELECT item FROM item_tags WHERE damage <> '')"
                ),
                "art": one("SELECT count(*) FROM companion WHERE problem <> '' AND kind <> 'playlist'"),
                "edited": one("SELECT count(*) FROM item_tags WHERE merged IS NOT NULL OR art IS NOT NULL"),
                "unreadable_folders": one("SELECT count(*) FROM folder WHERE problem <> ''"),
            }

    def lines(self) -> Iterator[Report]:
        """Everything that is not shown, or is shown with a remark, in order of path."""
        with self._db.read() as db:
            for kind, root, folder, name, reason in db.execute(_LINES):
                inside = join(from_blob(folder), from_blob(name)).rstrip("/")
                yield Report(ReportKind(kind), place_in(from_blob(root), inside), reason)
