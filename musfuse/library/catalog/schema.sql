-- catalog.db, version 1. Everything here can be made again from the sources; what cannot lies in user.db.
-- Times are ns since 1970, sizes bytes. Paths and names of originals are BLOBs: UTF-8 with undecodable bytes kept.
-- One writer (Database.write), many readers. Migrations are forward only: schema_<n>.sql raises version n-1 to n.

-- What the tables were made with. Owner: Database (schema), Naming (view), Nodes (generation).
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- A place with originals. Owner: Files. `position` is its priority and decides between colliding names (0 first).
CREATE TABLE source (
    id       INTEGER PRIMARY KEY,
    uid      TEXT NOT NULL UNIQUE,      -- names the source in index keys; never reused
    uri      TEXT NOT NULL UNIQUE,      -- an absolute path
    position INTEGER NOT NULL
);

-- A folder of a source. Owner: Scanner. `scan` is the number of the last scan that listed it.
CREATE TABLE folder (
    id      INTEGER PRIMARY KEY,
    source  INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    path    BLOB NOT NULL,              -- x'' is the root
    scan    INTEGER NOT NULL,
    problem TEXT NOT NULL DEFAULT '',   -- why it could not be listed; what is known of its files is kept then
    UNIQUE (source, path)
);

-- An original that was looked into. Owner: Scanner.
CREATE TABLE file (
    id       INTEGER PRIMARY KEY,
    folder   INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    name     BLOB NOT NULL,
    size     INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ident    TEXT NOT NULL,             -- the origin's id for it; '' where it has none
    problem  TEXT NOT NULL DEFAULT '',  -- why it is not shown; '' for a file that is
    note     TEXT NOT NULL DEFAULT '',  -- what is odd about a file that is shown
    UNIQUE (folder, name)
);

-- What is shown of a file. Owner of the facts: Scanner; of named, serve, dir, dir_key, name, several_discs: Naming;
-- of size, size_token, problem: Sizes.
CREATE TABLE track (
    id            INTEGER PRIMARY KEY,
    file          INTEGER NOT NULL UNIQUE REFERENCES file ON DELETE CASCADE,
    version       INTEGER NOT NULL,     -- raised when the served bytes may change
    format        TEXT NOT NULL,        -- JSON: container, codec, rate, channels, bits, samples, pcm
    tags          TEXT NOT NULL,        -- JSON: field -> [value, ...]
    picture       TEXT,                 -- JSON of model.Picture, or NULL
    album_key     TEXT NOT NULL,        -- tracks of one album share it; '' where the album is unknown
    disc          INTEGER NOT NULL,     -- 0 where unknown
    named         INTEGER NOT NULL DEFAULT 0,  -- 0: Naming has to look at it
    several_discs INTEGER NOT NULL DEFAULT 0,
    serve         TEXT,                 -- model.Serve; NULL until named
    dir           TEXT,                 -- wanted folder, '/'-separated; '' is the root
    dir_key       TEXT,                 -- its name key
    name          TEXT,                 -- wanted file name, before collisions are settled
    name_limit    INTEGER,              -- UTF-16 units that the name may have
    size          INTEGER,              -- exact served bytes; NULL: not known yet
    size_token    TEXT,                 -- what size depended on beside the track; another one means not known
    problem       TEXT NOT NULL DEFAULT ''  -- why it could not be indexed; it is served as the original then
);
CREATE INDEX track_unnamed ON track (id) WHERE named = 0;
CREATE INDEX track_album ON track (album_key, disc) WHERE album_key <> '';
CREATE INDEX track_dir ON track (dir_key);
CREATE INDEX track_unsized ON track (id) WHERE size IS NULL;

-- The tree of the drive. Owner: Nodes. Row 1 is the root. A node keeps its id for life (it is the inode number).
CREATE TABLE node (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    parent   INTEGER NOT NULL,
    name     TEXT NOT NULL,
    name_key TEXT NOT NULL,             -- names.name_key(name)
    track    INTEGER UNIQUE,            -- NULL: a folder
    dir_key  TEXT,                      -- of a folder: its whole path as a key, '' for the root
    owner    TEXT NOT NULL,             -- of a folder: rank and folder of the track whose spelling is shown; else ''
    mtime_ns INTEGER NOT NULL,          -- of a folder: when its entries changed last
    UNIQUE (parent, name_key)
);
CREATE UNIQUE INDEX node_dir ON node (dir_key) WHERE dir_key IS NOT NULL;
INSERT INTO node (id, parent, name, name_key, dir_key, owner, mtime_ns) VALUES (1, 0, '', '', '', '', 0);

-- What Naming has still to look at: folders of the drive ('dir', a dir_key) and albums ('album', an album_key).
CREATE TABLE dirty (
    kind TEXT NOT NULL,
    key  TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;

CREATE TRIGGER track_gone AFTER DELETE ON track BEGIN
    DELETE FROM node WHERE track = old.id;
    INSERT OR IGNORE INTO dirty SELECT 'dir', old.dir_key WHERE old.dir_key IS NOT NULL;
    INSERT OR IGNORE INTO dirty SELECT 'album', old.album_key WHERE old.album_key <> '';
END;
CREATE TRIGGER track_left_album AFTER UPDATE OF album_key ON track WHEN old.album_key <> new.album_key BEGIN
    INSERT OR IGNORE INTO dirty SELECT 'album', old.album_key WHERE old.album_key <> '';
END;

-- A scan that was begun. Owner: Scanner. `ended` is NULL for one that was cut off.
CREATE TABLE scan (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    source  INTEGER NOT NULL,
    began   INTEGER NOT NULL,
    ended   INTEGER
);
