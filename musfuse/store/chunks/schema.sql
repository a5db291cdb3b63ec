-- What the chunk cache holds. Owner: store/chunks/table.py. All of it can be made again.

-- version: one version of a file of a far source. `path` is quoted (model.path_text), `stamp` its size, mtime and tag.
-- `head` and `body` are the bytes that are kept of it, in pieces that are heads and in others; `cut`: the others lie at
-- the bounds that its contents set. `used` rises with each use. `pinned`: nothing of it is dropped for room.
CREATE TABLE IF NOT EXISTS version (
    id     INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    path   TEXT NOT NULL,
    stamp  TEXT NOT NULL,
    size   INTEGER NOT NULL,
    head   INTEGER NOT NULL DEFAULT 0,
    body   INTEGER NOT NULL DEFAULT 0,
    cut    INTEGER NOT NULL DEFAULT 0,
    used   INTEGER NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, path, stamp)
);
CREATE INDEX IF NOT EXISTS version_body ON version (used) WHERE body > 0 AND pinned = 0;
CREATE INDEX IF NOT EXISTS version_head ON version (id) WHERE (body = 0 OR head > 0) AND pinned = 0;
CREATE INDEX IF NOT EXISTS version_uncut ON version (id) WHERE cut = 0 AND head + body = size;

-- chunk: a file of the cache, named by the BLAKE3 of its bytes. `refs` counts the pieces that lie in it. A row is
-- written before its file appears, and goes after its file: what is counted is never less than what lies there.
CREATE TABLE IF NOT EXISTS chunk (
    id     INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    size   INTEGER NOT NULL,
    refs   INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS chunk_unused ON chunk (id) WHERE refs <= 0;

-- piece: `length` bytes of a version from `start` on are those of a chunk from `skip` on. Pieces of a version do not
-- overlap. `head`: a scan looked at it, so that it goes last, and stays as it was put; else 0. `seal` is a sum over what is written here, the names of the version and the digest (sound.seal_of): a bit
-- that a disk flips gives no bytes of another place.
CREATE TABLE IF NOT EXISTS piece (
    version INTEGER NOT NULL,
    start   INTEGER NOT NULL,
    length  INTEGER NOT NULL,
    chunk   INTEGER NOT NULL,
    skip    INTEGER NOT NULL,
    head    INTEGER NOT NULL,
    seal    INTEGER NOT NULL,
    PRIMARY KEY (version, start)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS piece_chunk ON piece (chunk);

-- total: one row, the bytes of all chunks, and of all heads, so that nothing has to be added up when the cache is opened.
CREATE TABLE IF NOT EXISTS total (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    bytes INTEGER NOT NULL,
    heads INTEGER NOT NULL
);
INSERT OR IGNORE INTO total VALUES (1, 0, 0);

-- pin: files that somebody wants to have here, in whatever version; `size` was that of one when it was pinned.
CREATE TABLE IF NOT EXISTS pin (
    source TEXT NOT NULL,
    path   TEXT NOT NULL,
    size   INTEGER NOT NULL,
    PRIMARY KEY (source, path)
) WITHOUT ROWID;
