-- user.db, version 3, beside the table `kv` of store/sqlite.py. Nothing here can be made again.
-- Times are ns since 1970. Text may hold escapes only: URIs are ASCII.

-- A place with originals: origins.spec.SourceSpec. Owner: SourceTable. catalog.db mirrors those that are not removed. Of two
-- with the same priority, the one that was added first comes first (rowid).
CREATE TABLE IF NOT EXISTS source (
    uid        TEXT NOT NULL PRIMARY KEY,  -- names it in keys of overlays and indexes; never given to another place
    scheme     TEXT NOT NULL,
    uri        TEXT NOT NULL,              -- absolute, in its scheme's one spelling
    name       TEXT NOT NULL,              -- what somebody calls it; '' for nothing
    kind       TEXT NOT NULL,              -- music
    priority   INTEGER NOT NULL,           -- the smaller comes first, and gets the name that two want
    options    TEXT NOT NULL,              -- JSON: option -> value, as its scheme understands them
    secrets    TEXT NOT NULL,              -- JSON: secret -> reference (env:NAME, file:PATH), never the secret
    added_ns   INTEGER NOT NULL,
    removed_ns INTEGER                     -- since when it is off the drive; its row and its overlays go some time later
);

-- Every place that a uid was ever of. Owner: SourceTable. Kept for good, so that no place inherits another's overlays.
CREATE TABLE IF NOT EXISTS source_place (
    uid TEXT NOT NULL,
    uri TEXT NOT NULL,
    PRIMARY KEY (uid, uri)
) WITHOUT ROWID;

-- The public id of an item that is not the one its key gives: it moved there, or the key's own is or was another's.
-- Owner: IdentityTable. `key` is that of overlays.
CREATE TABLE IF NOT EXISTS item_id (
    key TEXT NOT NULL PRIMARY KEY,
    id  INTEGER NOT NULL UNIQUE
) WITHOUT ROWID;

-- Items that are gone, and ids that were given up. Owner: IdentityTable. Kept for good, so that no id is used twice; one
-- that comes back elsewhere leaves. `content` is what it sounded like; `since_ns` when it was last seen.
CREATE TABLE IF NOT EXISTS vanished (
    id       INTEGER PRIMARY KEY,
    key      TEXT NOT NULL,
    content  TEXT NOT NULL,
    since_ns INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS vanished_content ON vanished (content) WHERE content <> '';

-- A view beside the main one. Owner: ViewTable. catalog.db mirrors them. Since version 3.
CREATE TABLE IF NOT EXISTS view (
    name     TEXT NOT NULL PRIMARY KEY,
    template TEXT NOT NULL,              -- '' for that of the main view
    policy   TEXT NOT NULL,              -- '' for that of the main view
    filter   TEXT NOT NULL,              -- a query; '' for everything
    added_ns INTEGER NOT NULL
) WITHOUT ROWID;
