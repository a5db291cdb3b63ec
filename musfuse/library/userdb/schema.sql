-- user.db, version 7, beside the table `kv` of store/sqlite.py. Nothing here can be made again.
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

-- What somebody rearranged in a view, by hand on the drive. Owner: ArrangementTable. Since version 7, as all below. `view` is the
-- view's name; `seq` of a row is the edit that made it what it is. catalog.db mirrors these four tables.

-- A folder that was made, moved or renamed, or that lies above such a one or above a file that was. Not every one is there: one that is
-- not `kept` is shown as long as something is in it, as the template's are.
CREATE TABLE IF NOT EXISTS view_folder (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    view   TEXT NOT NULL,
    parent INTEGER NOT NULL,             -- a folder of this table, 0 for the root
    name   TEXT NOT NULL,
    kept   INTEGER NOT NULL,
    seq    INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS view_folder_parent ON view_folder (view, parent);
CREATE INDEX IF NOT EXISTS view_folder_seq ON view_folder (seq);

-- A folder of the template that is shown as another one, with all below it for which there is no row.
CREATE TABLE IF NOT EXISTS view_base (
    view   TEXT NOT NULL,
    key    TEXT NOT NULL,                -- name keys of the template's folders, '/'-separated
    folder INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (view, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS view_base_folder ON view_base (folder);
CREATE INDEX IF NOT EXISTS view_base_seq ON view_base (seq);

-- A track that stays where it was put, whatever its tags say, or that was removed from the view.
CREATE TABLE IF NOT EXISTS view_item (
    view    TEXT NOT NULL,
    id      INTEGER NOT NULL,            -- the track's public id, as in `play`
    folder  INTEGER NOT NULL,            -- where it is, 0 for the root; of one that is gone, where it was
    name    TEXT NOT NULL,               -- as somebody named it; '' for the template's name
    follows INTEGER NOT NULL,            -- 1: the name is without its extension, which is that of what it is served as
    gone    INTEGER NOT NULL,            -- 1: it is not in the view
    seq     INTEGER NOT NULL,
    PRIMARY KEY (view, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS view_item_id ON view_item (id);
CREATE INDEX IF NOT EXISTS view_item_folder ON view_item (folder);
CREATE INDEX IF NOT EXISTS view_item_seq ON view_item (seq);

-- A cover or other companion that a folder does not show.
CREATE TABLE IF NOT EXISTS view_hidden (
    folder   INTEGER NOT NULL,           -- 0 for the root
    view     TEXT NOT NULL,
    name_key TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (view, folder, name_key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS view_hidden_seq ON view_hidden (seq);

-- An edit of a view that is in force, in order. What is taken back leaves.
CREATE TABLE IF NOT EXISTS view_edit (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    view   TEXT NOT NULL,
    at_ns  INTEGER NOT NULL,
    what   TEXT NOT NULL,                -- move, remove, make, hide, copy
    path   TEXT NOT NULL,                -- on the drive, as it was then
    target TEXT NOT NULL,                -- of a move or copy, where to; else ''
    tracks INTEGER NOT NULL              -- that it concerned
);
CREATE INDEX IF NOT EXISTS view_edit_view ON view_edit (view, seq);

-- Rows of these tables, and of `view_copy`, as they were before an edit changed or removed them. What an edit made has its `seq`, and no row here.
CREATE TABLE IF NOT EXISTS view_before (
    seq   INTEGER NOT NULL,
    tbl   TEXT NOT NULL,
    key   TEXT NOT NULL,                 -- JSON: values of the primary key
    row   TEXT NOT NULL,                 -- JSON: all values, in order of the columns
    PRIMARY KEY (seq, tbl, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS view_before_key ON view_before (tbl, key);

-- One row: a text that is another one after each edit, by which the catalog tells whether it knows them all.
CREATE TABLE IF NOT EXISTS view_arranged (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    token TEXT NOT NULL
);

-- One more entry of a track in a view, which somebody made by copying it there. Owner: ArrangementTable. Since version 8.
-- catalog.db mirrors it.
CREATE TABLE IF NOT EXISTS view_copy (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    view    TEXT NOT NULL,
    item    INTEGER NOT NULL,            -- the track's public id; 0: a companion of that name, by the tracks that are there
    folder  INTEGER NOT NULL,            -- where it is, 0 for the root; of one that is gone, where it was
    name    TEXT NOT NULL,
    follows INTEGER NOT NULL,            -- as in `view_item`
    gone    INTEGER NOT NULL,
    seq     INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS view_copy_item ON view_copy (item);
CREATE INDEX IF NOT EXISTS view_copy_folder ON view_copy (folder);
CREATE INDEX IF NOT EXISTS view_copy_seq ON view_copy (seq);
