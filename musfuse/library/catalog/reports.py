"""What the catalog says of itself: totals, and everything that is not shown, or shown with a remark."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import from_blob, join


class ReportKind(StrEnum):
    """What happened to a file: not shown, shown as its original since indexing failed, shown while its index has to
    wait, shown with a remark, served with its own tags, a picture that is not used, a remark on a cue sheet, a folder
    that could not be listed."""

    SKIPPED = "skipped"
    FAILED = "failed"
    PUT_OFF = "put_off"
    NOTED = "noted"
    UNTAGGED = "untagged"
    ART = "art"
    SHEET = "sheet"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Report:
    """A line of `musfuse report`; `path` is that of the original."""

    kind: ReportKind
    path: str
    reason: str


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
                "tracks": one("SELECT count(*) FROM track WHERE hidden = 0"),
                "skipped": one("SELECT count(*) FROM file WHERE problem <> ''"),
                "noted": one("SELECT count(*) FROM file WHERE note <> ''"),
                "failed": one("SELECT count(*) FROM track WHERE problem <> ''"),
                "put_off": one("SELECT count(*) FROM track WHERE put_off <> ''"),
                "untagged": one("SELECT count(*) FROM track WHERE untagged <> ''"),
                "art": one("SELECT count(*) FROM companion WHERE problem <> ''"),
                "edited": one("SELECT count(*) FROM track WHERE merged IS NOT NULL OR art IS NOT NULL"),
                "unreadable_folders": one("SELECT count(*) FROM folder WHERE problem <> ''"),
            }

    def lines(self) -> Iterator[Report]:
        """Everything that is not shown, or is shown with a remark, in order of path."""
        sql = (
            "SELECT CASE WHEN f.problem <> '' THEN 'skipped' WHEN t.problem <> '' THEN 'failed' ELSE 'noted' END,"
            " s.root, d.path, f.name, f.problem || coalesce(t.problem, '') || f.note"
            " FROM file f JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
            " LEFT JOIN track t ON t.file = f.id AND t.part = 0"
            " WHERE f.problem <> '' OR f.note <> '' OR t.problem <> ''"
            " UNION ALL SELECT 'sheet', s.root, d.path, f.name, c.remark FROM sheet c JOIN file f ON f.id = c.file"
            " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source WHERE c.remark <> ''"
            " UNION ALL SELECT 'folder', s.root, d.path, x'', d.problem FROM folder d JOIN source s ON s.id = d.source"
            " WHERE d.problem <> ''"
            " UNION ALL SELECT 'untagged', s.root, d.path, f.name, t.untagged FROM track t JOIN file f ON f.id = t.file"
            " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source WHERE t.untagged <> ''"
            " UNION ALL SELECT 'put_off', s.root, d.path, f.name, t.put_off FROM track t JOIN file f ON f.id = t.file"
            " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source WHERE t.put_off <> ''"
            " UNION ALL SELECT 'art', s.root, d.path, c.name, c.problem FROM companion c"
            " JOIN folder d ON d.id = c.folder JOIN source s ON s.id = d.source WHERE c.problem <> ''"
            " ORDER BY 2, 3, 4"
        )
        with self._db.read() as db:
            for kind, root, folder, name, reason in db.execute(sql):
                inside = join(from_blob(folder), from_blob(name)).rstrip("/")
                yield Report(ReportKind(kind), f"{from_blob(root)}/{inside}".rstrip("/"), reason)
