-- user.db, version 6, beside the table `kv` of store/sqlite.py. Nothing here can be made again.
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

-- A play of a track, in the order in which they ended. Owner: PlayTable. `id` is the track's public id, so that plays follow it wherever
-- it lies. Bounded by history.keep; what is counted of each track stays in `heard`. Since version 4, as `heard` and `rating`.
CREATE TABLE IF NOT EXISTS play (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    id       INTEGER NOT NULL,
    began_ns INTEGER NOT NULL,           -- as the clock told it: it may jump, so nothing is ordered by it
    hour     INTEGER NOT NULL            -- 0 to 23, of the local time when it began
);
CREATE INDEX IF NOT EXISTS play_id ON play (id, seq);
CREATE INDEX IF NOT EXISTS play_hour ON play (hour, seq);

-- What is counted of each track that was played. Owner: PlayTable.
CREATE TABLE IF NOT EXISTS heard (
    id       INTEGER PRIMARY KEY,        -- public id
    plays    INTEGER NOT NULL,
    first_ns INTEGER NOT NULL,
    last_ns  INTEGER NOT NULL,
    path     TEXT NOT NULL               -- where it was on the drive then, for when it is gone
);
CREATE INDEX IF NOT EXISTS heard_plays ON heard (plays, last_ns);
CREATE INDEX IF NOT EXISTS heard_last ON heard (last_ns);

-- What somebody thinks of a track. Owner: RatingTable. A row that says nothing is not kept.
CREATE TABLE IF NOT EXISTS rating (
    id         INTEGER PRIMARY KEY,      -- public id
    stars      INTEGER NOT NULL,         -- 1 to 5; 0 for none
    starred_ns INTEGER                   -- since when it is among the favourites; NULL: it is not
);
CREATE INDEX IF NOT EXISTS rating_stars ON rating (stars) WHERE stars > 0;
CREATE INDEX IF NOT EXISTS rating_starred ON rating (starred_ns) WHERE starred_ns IS NOT NULL;

-- A collection: tracks that a rule chooses. Owner: CollectionTable. Since version 5, as all below.
CREATE TABLE IF NOT EXISTS collection (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL UNIQUE,     -- names.name_key of it
    query      TEXT NOT NULL,            -- JSON: collections.rules
    created_ns INTEGER NOT NULL
);

-- A built-in collection that is not shown, by its name key. Owner: CollectionTable.
CREATE TABLE IF NOT EXISTS collection_hidden (
    name_key TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- A playlist that somebody made here. Owner: PlaylistTable. No collection has its name.
CREATE TABLE IF NOT EXISTS playlist (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL UNIQUE,
    created_ns INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL
);

-- The tracks of a playlist in their order, which has gaps. Owner: PlaylistTable. `id` is the track's public id, as in `play`.
CREATE TABLE IF NOT EXISTS playlist_entry (
    playlist INTEGER NOT NULL,
    position INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    path     TEXT NOT NULL,              -- where it was on the drive when it was added, for when it is gone
    PRIMARY KEY (playlist, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS playlist_entry_id ON playlist_entry (id);

-- A receiver that is told of what happens. Owner: WebhookTable. Since version 6.
CREATE TABLE IF NOT EXISTS webhook (
    id            TEXT NOT NULL PRIMARY KEY,
    url           TEXT NOT NULL,
    secret        TEXT NOT NULL,         -- reference (env:NAME, file:PATH), never the secret
    events        TEXT NOT NULL,         -- JSON: names of events; [] for all
    quick         INTEGER NOT NULL,      -- tries again that are made soon
    timeout_ms    INTEGER NOT NULL,
    allow_private INTEGER NOT NULL,      -- 1: it may lie at a private address
    added_ns      INTEGER NOT NULL
) WITHOUT ROWID;
