-- catalog.db, version 5: what else tells versions of a file apart; files that are gone, until it is known where to.

-- model.Stamp.tag: what the origin knows a version by beside size and mtime (its number and change time, an ETag); '' where
-- nothing is known, which the next scan mends without looking into the file. Owner: Scanner.
ALTER TABLE file ADD COLUMN tag TEXT NOT NULL DEFAULT '';
ALTER TABLE companion ADD COLUMN tag TEXT NOT NULL DEFAULT '';

-- 1 once a scan saw everything there is: the names on the drive are all there. Owner: Scanner.
ALTER TABLE source ADD COLUMN scanned INTEGER NOT NULL DEFAULT 0;

-- An original that is gone from its place, or was replaced there, by another version or another file; a row for each range
-- of samples that a track of it played. It is written with the change that removed the file. When a whole scan has seen
-- where everything lies now, its index is dropped, or tags and index follow it, and the row goes. Owner: Departures.
CREATE TABLE gone (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    source       INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    folder       BLOB NOT NULL,
    name         BLOB NOT NULL,
    size         INTEGER NOT NULL,
    mtime_ns     INTEGER NOT NULL,
    tag          TEXT NOT NULL,
    ident        TEXT NOT NULL,
    older_name   TEXT NOT NULL,
    first_sample INTEGER NOT NULL,
    samples      INTEGER
);
CREATE INDEX gone_source ON gone (source, id);
