-- catalog.db: what exists, its tags, and the trees of the drive. Everything here can be made again from the sources; what
-- cannot lies in user.db. Times are ns since 1970, sizes bytes. Paths and names of originals are BLOBs: UTF-8 with
-- undecodable bytes kept. One writer (Database.write), many readers. A catalog of another version is made anew.

-- What the tables were made with. Owners: Nodes (generation), Overlays (overlay_seq), Todo (rules of the stages), Sweeper (sweep),
-- CoversAhead (covers).
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;


-- Facts: where originals lie, and what is in them.

-- A place with originals: a copy of what user.db says of it. Owner: CatalogSources. `position` decides between colliding names
-- (0 first). `scanned` is 1 once a scan saw everything there is: the names on the drive are all there. `unindexed` tells how files
-- are shown that have no index yet: original, wait or hide.
CREATE TABLE source (
    id       INTEGER PRIMARY KEY,
    uid      TEXT NOT NULL UNIQUE,      -- names the source in the keys of indexes and overlays; never reused
    root     BLOB NOT NULL,             -- its root as people write it: what paths of originals begin with
    position INTEGER NOT NULL,
    scanned  INTEGER NOT NULL DEFAULT 0,
    unindexed TEXT NOT NULL DEFAULT 'wait'
);

-- A folder of a source. Owner: Files. `scan` is the number of the last scan that listed it, `ident` the origin's id for it
-- then. `above` is the folder above, where this one is but a disc of an album (CD1, Disc 2): what lies beside the audio
-- there counts here as well.
CREATE TABLE folder (
    id      INTEGER PRIMARY KEY,
    source  INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    path    BLOB NOT NULL,              -- x'' is the root
    scan    INTEGER NOT NULL,
    problem TEXT NOT NULL DEFAULT '',   -- why it could not be listed; what is known of its files is kept then
    above   INTEGER REFERENCES folder ON DELETE SET NULL,
    ident   TEXT NOT NULL DEFAULT '',
    UNIQUE (source, path)
);
CREATE INDEX folder_above ON folder (above) WHERE above IS NOT NULL;

-- An original that was looked into. Owner: Files. `tag` is model.Stamp.tag, '' where nothing is known, which the next scan
-- mends without looking into the file. `older_name` names it in the keys of indexes, where its source and `ident` do not.
CREATE TABLE file (
    id         INTEGER PRIMARY KEY,
    folder     INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    name       BLOB NOT NULL,
    size       INTEGER NOT NULL,
    mtime_ns   INTEGER NOT NULL,
    tag        TEXT NOT NULL DEFAULT '',
    ident      TEXT NOT NULL,             -- the origin's id for it; '' where it has none
    older_name TEXT NOT NULL DEFAULT '',
    problem    TEXT NOT NULL DEFAULT '',  -- why it is not shown; '' for a file that is
    note       TEXT NOT NULL DEFAULT '',  -- what is odd about a file that is shown
    UNIQUE (folder, name)
);
CREATE INDEX file_ident ON file (ident) WHERE ident <> '';
CREATE INDEX file_older_name ON file (older_name) WHERE older_name <> '';

-- An original with where it lies: the one place that joins these three.
CREATE VIEW original AS
SELECT f.id AS file, s.id AS source, s.uid, s.root, s.position, d.id AS folder, d.path, d.above, f.name, f.size,
       f.mtime_ns, f.tag, f.ident, f.older_name, f.problem, f.note, s.unindexed
  FROM file f JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source;

-- One thing that is played: a file as a whole (part 0), or samples [first_sample, first_sample + samples) of it, to the
-- end where samples is NULL (parts 1, 2, …, in order). Owner: Files; of parts: Sheets.
CREATE TABLE item (
    id           INTEGER PRIMARY KEY,
    file         INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
    part         INTEGER NOT NULL DEFAULT 0,
    kind         TEXT NOT NULL DEFAULT 'track',
    public       INTEGER,                  -- the id by which others know it, for ever. Owner: Identities
    content      TEXT NOT NULL DEFAULT '', -- what it sounds like; '' not known, '-' none. Owner: Identities
    born_ns      INTEGER NOT NULL,         -- when the catalog came to know it
    version      INTEGER NOT NULL,         -- raised when the served bytes may change
    facts        TEXT NOT NULL,            -- JSON of model.AudioFormat, by name
    first_sample INTEGER NOT NULL DEFAULT 0,
    samples      INTEGER,
    sheet        TEXT NOT NULL DEFAULT '', -- where the sheet lies; '' for whole files
    base         INTEGER NOT NULL DEFAULT 0, -- the version of part 0 that a part was made from
    hidden       INTEGER NOT NULL DEFAULT 0, -- 1 for an image that disappears behind its parts
    edited_ns    INTEGER NOT NULL DEFAULT 0, -- when tags or pictures were changed here last. Owner: Overlays
    indexed      INTEGER NOT NULL DEFAULT 0, -- 1 once its index was there, 0 again where it is not any more. Owner: Renditions
    UNIQUE (file, part)
);
CREATE UNIQUE INDEX item_public ON item (public) WHERE public IS NOT NULL;
CREATE INDEX item_content ON item (content) WHERE content <> '';
CREATE INDEX item_born ON item (born_ns, id, hidden) WHERE hidden = 0;  -- partial: else whatever asks for hidden = 0 walks it

-- A cue sheet as it was found: `kind` is cue (a file of its own), tag or block (embedded in the audio file). Owner:
-- Files; of remark (what could not be used of it): Sheets.
CREATE TABLE sheet (
    file   INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
    kind   TEXT NOT NULL,
    data   BLOB NOT NULL,
    remark TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (file, kind)
) WITHOUT ROWID;

-- A file beside the audio. Owner: Companions. `kind` is front, back (pictures by their names), sidecar or playlist; `position`
-- ranks pictures of one kind; `picture` is JSON of model.Picture, NULL for what is none; `problem` why one is not used.
CREATE TABLE companion (
    id       INTEGER PRIMARY KEY,
    folder   INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    name     BLOB NOT NULL,
    size     INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    tag      TEXT NOT NULL DEFAULT '',
    ident    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    picture  TEXT,
    problem  TEXT NOT NULL DEFAULT '',
    UNIQUE (folder, name)
);

-- A companion that is a playlist, and the places that it names, in order, as it writes them. Owner: Companions. Which tracks
-- these are is asked each time.
CREATE TABLE playlist (
    companion INTEGER PRIMARY KEY REFERENCES companion ON DELETE CASCADE
);
CREATE TABLE playlist_place (
    playlist INTEGER NOT NULL REFERENCES playlist ON DELETE CASCADE,
    position INTEGER NOT NULL,
    place    BLOB NOT NULL,
    PRIMARY KEY (playlist, position)
) WITHOUT ROWID;

-- A scan of a whole source that was begun. Owner: Files. `ended` is NULL for one that was cut off. Those of some folders, or
-- of one file, have a number from here, and no row once they ended.
CREATE TABLE scan (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    source  INTEGER NOT NULL,
    began   INTEGER NOT NULL,
    ended   INTEGER,
    whole   INTEGER NOT NULL DEFAULT 0    -- 1: it saw everything
);

-- An original that is gone from its place, or was replaced there, by another version or another file; a row for each of
-- its items. It is written with the change that removed the file. When a whole scan has seen where everything lies now,
-- its index is dropped, or tags and index follow it, and the row goes. Owner: Departures.
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
    part         INTEGER NOT NULL,
    first_sample INTEGER NOT NULL,
    samples      INTEGER,
    public       INTEGER,
    content      TEXT NOT NULL,
    since_ns     INTEGER NOT NULL          -- when the last whole scan ended that saw it; for none, when it was missed
);
CREATE INDEX gone_source ON gone (source, id);


-- Tags: what the original says, and what is said over it.

-- JSON of fields: name -> [value, ...]. `merged` are the tags that are served, NULL where they are the original's own;
-- `art` the pictures that are set (kind -> [picture]), NULL for none; `picture` the original's cover (model.Picture).
-- Owner of embedded and picture: Files, Sheets; of the rest: Overlaying.
CREATE TABLE item_tags (
    item     INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE,
    embedded TEXT NOT NULL,
    merged   TEXT,
    art      TEXT,
    picture  TEXT,
    damage   TEXT NOT NULL DEFAULT ''    -- why what is said over them cannot be read
);


-- Entities: who and what items belong to. Ids are hashes of the keys, and survive the catalog. Owner: Entities.

-- `owner` is the item whose spelling is shown: the first of all in order of `rank` (source, path, part).
CREATE TABLE artist (
    id    INTEGER PRIMARY KEY,
    key   TEXT NOT NULL,                 -- names.name_key of the name
    name  TEXT NOT NULL,
    owner INTEGER NOT NULL,
    rank  BLOB NOT NULL
);

CREATE TABLE album (
    id     INTEGER PRIMARY KEY,
    key    TEXT NOT NULL,                -- albums.album_key
    title  TEXT NOT NULL,
    artist TEXT NOT NULL,                -- of the album; '' for none
    owner  INTEGER NOT NULL,
    rank   BLOB NOT NULL
);

-- What an item belongs to: albums.AlbumFacts. `various` is 1 where the items of this compilation_key are by various
-- artists, `several_discs` where the album has more than one.
CREATE TABLE member (
    item            INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE,
    album           INTEGER NOT NULL,    -- 0 where it is not known
    artist          INTEGER NOT NULL,    -- the item's own first artist; 0 for none
    disc            INTEGER NOT NULL,    -- 0 where it is not known
    compilation_key TEXT NOT NULL,
    first_artist    TEXT NOT NULL,
    compilation     INTEGER NOT NULL,
    various         INTEGER NOT NULL DEFAULT 0,
    several_discs   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX member_album ON member (album, disc) WHERE album <> 0;
CREATE INDEX member_artist ON member (artist) WHERE artist <> 0;
CREATE INDEX member_compilation ON member (compilation_key, first_artist, compilation) WHERE compilation_key <> '';


-- Trees of the drive, one a view, and while that changes a second one.

-- A view: one way to show the library. Owner: Trees. Its id is used for no other view later. `tree` is what it shows.
CREATE TABLE view (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    tree INTEGER NOT NULL
);
INSERT INTO view (id, name, tree) VALUES (1, 'main', 1);

-- A tree: that which its view shows, or one that is being made to take its place, or (`view` 0) one that is to be removed.
-- Owner: Trees. Its id is used for no other tree later: marks name it by that.
CREATE TABLE tree (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    view  INTEGER NOT NULL,
    rules TEXT NOT NULL DEFAULT '',      -- naming.ViewRules.text by which it is made; '' for whatever they are
    upto  INTEGER                        -- of one being made: the last item, in order of id, that has its place in it
);
INSERT INTO tree (id, view) VALUES (1, 1);

-- Where an item wants to be in a tree, before collisions are settled, and what it is served as there. Owner: Places.
CREATE TABLE place (
    item       INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
    tree       INTEGER NOT NULL,
    serve      TEXT NOT NULL,            -- model.Rendition; named as it was in the first schema
    dir        TEXT NOT NULL,            -- wanted folder, '/'-separated; '' is the root
    dir_key    TEXT NOT NULL,            -- its name key
    name       TEXT NOT NULL,            -- wanted file name
    name_limit INTEGER NOT NULL,         -- UTF-16 units that the name may have
    fixed      INTEGER NOT NULL DEFAULT 0, -- 1: somebody named it so, and gets the name before any other
    becomes    TEXT NOT NULL DEFAULT '', -- model.Rendition that it is served as once its index is there; '' where it is that
    PRIMARY KEY (item, tree)
) WITHOUT ROWID;
CREATE INDEX place_dir ON place (tree, dir_key);
CREATE INDEX place_becomes ON place (tree, item) WHERE becomes <> '';

-- Entries of the trees. Owner: Places. A tree's root has the dir_key ''. A node keeps its id for life: it is the inode
-- number, but for a file that has the `number` which it had in the tree before.
CREATE TABLE node (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    tree     INTEGER NOT NULL,
    parent   INTEGER NOT NULL,           -- 0 for a root
    name     TEXT NOT NULL,
    name_key TEXT NOT NULL,              -- names.name_key(name); of a root: its tree
    item     INTEGER,                    -- NULL: a folder
    dir_key  TEXT,                       -- of a folder: its whole path as a key, '' for the root
    owner    TEXT NOT NULL,              -- of a folder: rank and folder of the item whose spelling is shown; else ''
    mtime_ns INTEGER NOT NULL,           -- of a folder: when its entries changed last
    number   INTEGER,
    UNIQUE (parent, name_key)
);
CREATE UNIQUE INDEX node_dir ON node (tree, dir_key) WHERE dir_key IS NOT NULL;
CREATE UNIQUE INDEX node_item ON node (item, tree) WHERE item IS NOT NULL;
CREATE INDEX node_number ON node (number) WHERE number IS NOT NULL;
INSERT INTO node (id, tree, parent, name, name_key, dir_key, owner, mtime_ns) VALUES (1, 1, 0, '', '1', '', '', 0);

-- What somebody rearranged in a view: a copy of what user.db says (view_folder, view_base, view_item, view_hidden, view_copy there). Owner:
-- catalog/arranged.py, catalog/copies.py. meta.arranged tells of which edits this is the copy.
CREATE TABLE arranged_folder (
    id       INTEGER PRIMARY KEY,
    view     INTEGER NOT NULL,
    parent   INTEGER NOT NULL,
    name     TEXT NOT NULL,
    kept     INTEGER NOT NULL,
    path     TEXT NOT NULL,              -- from the root, and its name key: what they are follows from the folders above
    path_key TEXT NOT NULL
);
CREATE INDEX arranged_folder_path ON arranged_folder (view, path_key);
CREATE TABLE arranged_base (
    view   INTEGER NOT NULL,
    key    TEXT NOT NULL,
    folder INTEGER NOT NULL,
    PRIMARY KEY (view, key)
) WITHOUT ROWID;
CREATE INDEX arranged_base_folder ON arranged_base (folder);
CREATE TABLE arranged_item (
    view    INTEGER NOT NULL,
    public  INTEGER NOT NULL,
    folder  INTEGER NOT NULL,
    name    TEXT NOT NULL,
    follows INTEGER NOT NULL,
    gone    INTEGER NOT NULL,
    PRIMARY KEY (view, public)
) WITHOUT ROWID;
CREATE INDEX arranged_item_folder ON arranged_item (view, folder);
CREATE INDEX arranged_item_public ON arranged_item (public);
CREATE TABLE arranged_hidden (
    view     INTEGER NOT NULL,
    folder   INTEGER NOT NULL,
    name_key TEXT NOT NULL,
    PRIMARY KEY (view, folder, name_key)
) WITHOUT ROWID;

-- A further entry of a track. It is a node of no tree: the item has a place and a node of its own beside, and `settling.py` takes
-- its name for given away.
CREATE TABLE arranged_copy (
    id      INTEGER PRIMARY KEY,
    view    INTEGER NOT NULL,
    public  INTEGER NOT NULL,
    folder  INTEGER NOT NULL,
    name    TEXT NOT NULL,
    follows INTEGER NOT NULL,
    gone    INTEGER NOT NULL,
    key     TEXT NOT NULL                -- names.name_key(name)
);
CREATE INDEX arranged_copy_folder ON arranged_copy (view, folder, key);
CREATE INDEX arranged_copy_public ON arranged_copy (public);

-- What an item is made into: a row for each profile (model.Rendition but the original) that a place wants, and for each
-- that could not be made. `size` are the exact served bytes, NULL where not known yet; it counts under `token` only, which
-- holds what it depends on beside the item. Owner: Renditions.
CREATE TABLE rendition (
    item     INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
    profile  TEXT NOT NULL,
    size     INTEGER,
    token    TEXT NOT NULL DEFAULT '',
    problem  TEXT NOT NULL DEFAULT '',   -- why it cannot be made; the item is served as the original then
    untagged TEXT NOT NULL DEFAULT '',   -- why its tags cannot be put into it
    put_off  TEXT NOT NULL DEFAULT '',   -- why its index cannot be built now; the next scan or pass tries again
    PRIMARY KEY (item, profile)
) WITHOUT ROWID;


-- Search: the words of the tags that are served. Owner: catalog/search.py, for the stage `search`. meta.search_rules tells
-- what the documents were made by.

-- A document for each item that is not hidden (documents.Document), by the item's id. Only the index of it is kept: contentless, and without
-- sizes, which no rank here needs. What it holds is taken out by saying what it was (`search_old`).
CREATE VIRTUAL TABLE search USING fts5 (
    title, artist, album, albumartist, composer, genre, year, other, content = '', columnsize = 0, tokenize = 'ascii'
);

-- An item whose document is that of its tags as they are.
CREATE TABLE search_item (
    item INTEGER PRIMARY KEY
);

-- An item whose document is that of the tags that it had: kept by triggers until the stage has put in the new one.
CREATE TABLE search_old (
    item INTEGER PRIMARY KEY,
    tags TEXT NOT NULL                   -- as in item_tags
);

-- A word of documents (of a script with spaces), in how many documents it is, and from its end, for what is nearly it.
CREATE TABLE search_word (
    id    INTEGER PRIMARY KEY,
    word  TEXT NOT NULL UNIQUE,
    back  TEXT NOT NULL,
    items INTEGER NOT NULL
);
CREATE INDEX search_word_back ON search_word (back);

-- Three letters each of these words, for parts of words.
CREATE VIRTUAL TABLE search_part USING fts5 (
    word, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
);

CREATE TRIGGER search_tags_changed BEFORE UPDATE OF embedded, merged ON item_tags
    WHEN coalesce(old.merged, old.embedded) <> coalesce(new.merged, new.embedded)
    AND EXISTS (SELECT 1 FROM search_item WHERE item = old.item) BEGIN
    INSERT INTO search_old VALUES (old.item, coalesce(old.merged, old.embedded));
    DELETE FROM search_item WHERE item = old.item;
END;
CREATE TRIGGER search_tags_gone BEFORE DELETE ON item_tags
    WHEN EXISTS (SELECT 1 FROM search_item WHERE item = old.item) BEGIN
    INSERT INTO search_old VALUES (old.item, coalesce(old.merged, old.embedded));
    DELETE FROM search_item WHERE item = old.item;
END;


-- Browsing: what clients page through. Owner: catalog/listing.py, for the stage `browse`. meta.browse counts its changes. Artists, genres
-- and folders have hashes of what they are called as ids, as albums do.

-- A track that is not hidden. `folder` is that of folder_listing; `position` orders the tracks of an album: disc * 1,000,000 + number;
-- `made` is a hash of all that is kept of it here. `album` is 0 where it is not known, `year` too.
CREATE TABLE listed (
    item     INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE,
    source   INTEGER NOT NULL,
    folder   INTEGER NOT NULL,
    album    INTEGER NOT NULL,
    year     INTEGER NOT NULL,
    position INTEGER NOT NULL,
    ms       INTEGER NOT NULL,           -- how long it plays; 0 where that is not known
    born_ns  INTEGER NOT NULL,
    made     INTEGER NOT NULL
);
CREATE INDEX listed_album ON listed (album, position, item) WHERE album <> 0;
CREATE INDEX listed_folder ON listed (folder, item);
CREATE INDEX listed_source ON listed (source, item);
CREATE INDEX listed_year ON listed (year, item);

-- Who plays a track, and its genres: every value of the tags, `name` as it is written there.
CREATE TABLE track_artist (
    artist INTEGER NOT NULL,
    item   INTEGER NOT NULL REFERENCES listed ON DELETE CASCADE,
    name   TEXT NOT NULL,
    PRIMARY KEY (artist, item)
) WITHOUT ROWID;
CREATE INDEX track_artist_item ON track_artist (item);
CREATE TABLE track_genre (
    genre  INTEGER NOT NULL,
    source INTEGER NOT NULL,
    item   INTEGER NOT NULL REFERENCES listed ON DELETE CASCADE,
    name   TEXT NOT NULL,
    PRIMARY KEY (genre, source, item)
) WITHOUT ROWID;
CREATE INDEX track_genre_item ON track_genre (item);

-- Albums with tracks that are listed; `title` and `artist_name` as in album, the keys as lists have them in order. `artist` is that of the
-- album, 0 for none; `born_ns` when its first track came, `year` that of the earliest.
CREATE TABLE album_listing (
    album       INTEGER PRIMARY KEY,
    title       TEXT NOT NULL,
    title_key   TEXT NOT NULL,
    artist      INTEGER NOT NULL,
    artist_name TEXT NOT NULL,
    artist_key  TEXT NOT NULL,
    year        INTEGER NOT NULL,
    born_ns     INTEGER NOT NULL,
    songs       INTEGER NOT NULL,
    ms          INTEGER NOT NULL
);
CREATE INDEX album_listing_title ON album_listing (title_key, album);
CREATE INDEX album_listing_by ON album_listing (artist_key, title_key, album);
CREATE INDEX album_listing_born ON album_listing (born_ns, album);
CREATE INDEX album_listing_year ON album_listing (year, title_key, album);

-- What of an album lies in a source: whoever may not see every source is told of that alone.
CREATE TABLE album_source (
    album  INTEGER NOT NULL,
    source INTEGER NOT NULL,
    songs  INTEGER NOT NULL,
    ms     INTEGER NOT NULL,
    PRIMARY KEY (album, source)
) WITHOUT ROWID;

-- Albums with tracks of a genre, as many as `songs`.
CREATE TABLE genre_album (
    genre     INTEGER NOT NULL,
    title_key TEXT NOT NULL,
    album     INTEGER NOT NULL,
    songs     INTEGER NOT NULL,
    PRIMARY KEY (genre, title_key, album)
) WITHOUT ROWID;
CREATE INDEX genre_album_album ON genre_album (album);

-- Where an artist is: `main` is 1 where the album is theirs, or (album 0) for tracks of no album.
CREATE TABLE artist_album (
    artist INTEGER NOT NULL,
    album  INTEGER NOT NULL,
    source INTEGER NOT NULL,
    main   INTEGER NOT NULL,
    songs  INTEGER NOT NULL,
    PRIMARY KEY (artist, album, source)
) WITHOUT ROWID;
CREATE INDEX artist_album_album ON artist_album (album);

-- Artists with tracks or albums that are listed. `main` is 1 for those with albums, or tracks of no album, of their own: lists have these.
CREATE TABLE artist_listing (
    artist INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    key    TEXT NOT NULL,
    main   INTEGER NOT NULL,
    albums INTEGER NOT NULL,             -- of their own
    songs  INTEGER NOT NULL
);
CREATE INDEX artist_listing_key ON artist_listing (key, artist) WHERE main = 1;
CREATE TABLE genre (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    key   TEXT NOT NULL
);

-- A folder with tracks in it or below it, and those above it; `tracks` are those in it. The root of a source has the parent 0.
CREATE TABLE folder_listing (
    id     INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    path   BLOB NOT NULL,
    parent INTEGER NOT NULL,
    name   TEXT NOT NULL,
    key    TEXT NOT NULL,
    tracks INTEGER NOT NULL
);
CREATE INDEX folder_listing_parent ON folder_listing (parent, key, id);
CREATE INDEX folder_listing_source ON folder_listing (source);

-- The words of the names of artists and albums (with who they are by), by their ids.
CREATE VIRTUAL TABLE artist_words USING fts5 (words, columnsize = 0, tokenize = 'ascii');
CREATE VIRTUAL TABLE album_words USING fts5 (words, columnsize = 0, tokenize = 'ascii');

CREATE TRIGGER listed_gone BEFORE DELETE ON listed BEGIN
    INSERT INTO todo SELECT 'browse.album', old.album WHERE old.album <> 0
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'browse.album' AND key = old.album);
    INSERT INTO todo SELECT 'browse.folder', old.folder
        WHERE NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'browse.folder' AND key = old.folder);
    INSERT INTO todo SELECT 'browse.artist', a.artist FROM track_artist a WHERE a.item = old.item
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'browse.artist' AND key = a.artist);
    INSERT INTO todo SELECT 'browse.genre', g.genre FROM track_genre g WHERE g.item = old.item
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'browse.genre' AND key = g.genre);
END;


-- The pipeline: what is still to do. Owner: Todo.

-- Which stages want to know of what: folder (a file in it came, went or changed), item (it is new, or was read anew),
-- tags (what is served of them changed), member (what it belongs to changed), gone (it is not there any more).
CREATE TABLE watch (
    what  TEXT NOT NULL,
    stage TEXT NOT NULL,
    PRIMARY KEY (what, stage)
) WITHOUT ROWID;

-- A key that a stage has to look at: the id of an item or a folder, or what the stage itself says it is. A row goes in the
-- transaction that did it, so a kill loses nothing.
CREATE TABLE todo (
    stage TEXT NOT NULL,
    key   NOT NULL,
    PRIMARY KEY (stage, key)
) WITHOUT ROWID;

-- `NOT EXISTS`, because an upsert's conflict clause overrides an OR IGNORE of its triggers.
CREATE TRIGGER file_changed AFTER UPDATE OF size, mtime_ns, ident, problem ON file BEGIN
    INSERT INTO todo SELECT w.stage, new.folder FROM watch w WHERE w.what = 'folder'
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = w.stage AND key = new.folder);
END;
CREATE TRIGGER file_gone AFTER DELETE ON file BEGIN
    INSERT INTO todo SELECT w.stage, old.folder FROM watch w WHERE w.what = 'folder'
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = w.stage AND key = old.folder);
END;
CREATE TRIGGER item_gone AFTER DELETE ON item BEGIN
    DELETE FROM node WHERE item = old.id;
    DELETE FROM todo WHERE key = old.id AND stage IN (SELECT stage FROM watch WHERE what <> 'folder')
        AND stage NOT IN (SELECT stage FROM watch WHERE what = 'gone');
    INSERT INTO todo SELECT w.stage, old.id FROM watch w WHERE w.what = 'gone'
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = w.stage AND key = old.id);
END;
CREATE TRIGGER item_known_as AFTER UPDATE OF public ON item
    WHEN old.public IS NOT new.public
    AND EXISTS (SELECT 1 FROM arranged_item WHERE public IN (old.public, new.public)) BEGIN
    INSERT INTO todo SELECT 'place', new.id
        WHERE NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'place' AND key = new.id);
END;
-- Folders that show further entries of an item which comes, or goes.
CREATE TRIGGER copies_come AFTER UPDATE OF public ON item
    WHEN old.public IS NOT new.public
    AND EXISTS (SELECT 1 FROM arranged_copy WHERE public IN (old.public, new.public)) BEGIN
    INSERT INTO todo SELECT DISTINCT 'settle.' || t.id, coalesce(f.path_key, '') FROM arranged_copy c
        JOIN tree t ON t.view = c.view LEFT JOIN arranged_folder f ON f.id = c.folder
        WHERE c.public IN (old.public, new.public) AND NOT EXISTS
        (SELECT 1 FROM todo WHERE stage = 'settle.' || t.id AND key = coalesce(f.path_key, ''));
END;
CREATE TRIGGER copies_go BEFORE DELETE ON item
    WHEN EXISTS (SELECT 1 FROM arranged_copy WHERE public = old.public) BEGIN
    INSERT INTO todo SELECT DISTINCT 'settle.' || t.id, coalesce(f.path_key, '') FROM arranged_copy c
        JOIN tree t ON t.view = c.view LEFT JOIN arranged_folder f ON f.id = c.folder WHERE c.public = old.public
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'settle.' || t.id AND key = coalesce(f.path_key, ''));
END;
CREATE TRIGGER place_gone AFTER DELETE ON place BEGIN
    INSERT INTO todo SELECT 'settle.' || old.tree, old.dir_key
        WHERE EXISTS (SELECT 1 FROM tree WHERE id = old.tree AND view <> 0)
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'settle.' || old.tree AND key = old.dir_key);
END;
CREATE TRIGGER member_gone AFTER DELETE ON member BEGIN
    INSERT INTO todo SELECT 'entities.album', old.album WHERE old.album <> 0
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'entities.album' AND key = old.album);
    INSERT INTO todo SELECT 'entities.artist', old.artist WHERE old.artist <> 0
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'entities.artist' AND key = old.artist);
    INSERT INTO todo SELECT 'entities.compilation', old.compilation_key WHERE old.compilation_key <> ''
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'entities.compilation' AND key = old.compilation_key);
END;
CREATE TRIGGER source_moved AFTER UPDATE OF root, position ON source BEGIN
    -- A source's last name stands for the album of what lies in its root, and its position ranks names.
    INSERT INTO todo SELECT w.stage, i.id FROM watch w, item i JOIN file f ON f.id = i.file JOIN folder d ON d.id = f.folder
        WHERE w.what = 'item' AND d.source = new.id
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = w.stage AND key = i.id);
END;
CREATE TRIGGER source_shown AFTER UPDATE OF unindexed ON source
    WHEN (old.unindexed = 'original') <> (new.unindexed = 'original') BEGIN
    INSERT INTO todo SELECT 'place', i.id FROM folder d JOIN file f ON f.folder = d.id JOIN item i ON i.file = f.id
        WHERE d.source = new.id AND i.indexed = 0
        AND NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'place' AND key = i.id);
END;
CREATE TRIGGER source_ranked AFTER UPDATE OF position ON source WHEN old.position <> new.position BEGIN
    -- Who gives an entity its name may be another item: no rank is lower than this, and no item has this number.
    UPDATE artist SET owner = 0, rank = x'';
    UPDATE album SET owner = 0, rank = x'';
    INSERT INTO todo SELECT 'entities.artist', a.id FROM artist a
        WHERE NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'entities.artist' AND key = a.id);
    INSERT INTO todo SELECT 'entities.album', a.id FROM album a
        WHERE NOT EXISTS (SELECT 1 FROM todo WHERE stage = 'entities.album' AND key = a.id);
END;
