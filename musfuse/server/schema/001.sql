-- Accounts, and what others than the library's owner think of music and play of it. Nothing here can be made again. Times are ns
-- since 1970, 0 for never. Ids of items are public: they stay when a file moves, and survive the catalog.

-- Somebody who may use the library. Owner: UserTable. An id is never given again.
CREATE TABLE user (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL,
    name_key     TEXT NOT NULL UNIQUE,   -- users.name_key of it
    role         TEXT NOT NULL CHECK (role IN ('admin', 'user')),
    owner        INTEGER NOT NULL,       -- 1: what he stars, rates and plays is the library's, in user.db
    password     TEXT NOT NULL,          -- Argon2id in PHC format; '' for none: nobody signs in by one
    every_source INTEGER NOT NULL,       -- 1: he sees all sources, also those that are to come
    created_ns   INTEGER NOT NULL,
    password_ns  INTEGER NOT NULL        -- when the password was set
);
CREATE UNIQUE INDEX user_owner ON user (owner) WHERE owner = 1;

-- A source that a user sees, of one who does not see all. Owner: UserTable.
CREATE TABLE user_source (
    user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    uid  TEXT NOT NULL,                  -- that of a source in user.db
    PRIMARY KEY (user, uid)
) WITHOUT ROWID;

-- What a program keeps for a user. Owner: UserTable.
CREATE TABLE preference (
    user  INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,                 -- JSON
    PRIMARY KEY (user, key)
) WITHOUT ROWID;

-- What lets somebody in without a password: a session, an API key, an app password. Owner: DeviceTable. `hash` is SHA-256 of its text,
-- which lies nowhere; that of an app password in a file that no backup carries, for old clients prove that they know it.
CREATE TABLE device (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user       INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('session', 'key', 'app')),
    name       TEXT NOT NULL,
    client     TEXT NOT NULL,            -- the program, as it calls itself
    address    TEXT NOT NULL,            -- where it was seen last
    hash       BLOB NOT NULL UNIQUE,
    created_ns INTEGER NOT NULL,
    seen_ns    INTEGER NOT NULL,         -- noted now and then
    expires_ns INTEGER NOT NULL          -- worth nothing from then on, however much it is used
);
CREATE INDEX device_user ON device (user, kind, seen_ns);

-- The secret of the first set-up, as long as there is no account. Owner: UserTable.
CREATE TABLE setup (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    hash       BLOB NOT NULL,            -- SHA-256
    created_ns INTEGER NOT NULL
);

-- A favourite. Owner: ThoughtTable. `kind` is artist, album or track. Tracks of the library's owner are in user.db, as are his ratings
-- of tracks and his plays; all else of his is here.
CREATE TABLE star (
    user       INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    id         INTEGER NOT NULL,
    starred_ns INTEGER NOT NULL,
    PRIMARY KEY (user, kind, id)
) WITHOUT ROWID;
CREATE INDEX star_last ON star (user, kind, starred_ns, id);
CREATE INDEX star_id ON star (kind, id);

-- 1 to 5 stars. Owner: ThoughtTable.
CREATE TABLE rating (
    user  INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    kind  TEXT NOT NULL,
    id    INTEGER NOT NULL,
    stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
    PRIMARY KEY (user, kind, id)
) WITHOUT ROWID;
CREATE INDEX rating_stars ON rating (user, kind, stars, id);
CREATE INDEX rating_id ON rating (kind, id);

-- A play of a track, in the order in which they were told. Owner: PlayTable. Bounded for each user; counts stay in `heard`.
CREATE TABLE play (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    user     INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    id       INTEGER NOT NULL,
    began_ns INTEGER NOT NULL,
    client   TEXT NOT NULL
);
CREATE INDEX play_user ON play (user, seq);
CREATE INDEX play_id ON play (id);

-- What is counted of each track that a user played. Owner: PlayTable.
CREATE TABLE heard (
    user     INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    id       INTEGER NOT NULL,
    plays    INTEGER NOT NULL,
    first_ns INTEGER NOT NULL,
    last_ns  INTEGER NOT NULL,
    PRIMARY KEY (user, id)
) WITHOUT ROWID;
CREATE INDEX heard_plays ON heard (user, plays, last_ns, id);
CREATE INDEX heard_last ON heard (user, last_ns, id);
CREATE INDEX heard_id ON heard (id);

-- What a user is playing through, on whichever device. Owner: QueueTable.
CREATE TABLE queue (
    user        INTEGER PRIMARY KEY REFERENCES user ON DELETE CASCADE,
    current     INTEGER NOT NULL,        -- which of its tracks is played, from 0; -1 for none
    position_ms INTEGER NOT NULL,        -- in that track
    version     INTEGER NOT NULL,        -- grows with each change
    changed_ns  INTEGER NOT NULL,
    client      TEXT NOT NULL            -- that changed it
);
CREATE TABLE queue_entry (
    user     INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    position INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    PRIMARY KEY (user, position)
) WITHOUT ROWID;
CREATE INDEX queue_entry_id ON queue_entry (id);

-- A place in a track to come back to. Owner: QueueTable.
CREATE TABLE bookmark (
    user        INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    id          INTEGER NOT NULL,
    position_ms INTEGER NOT NULL,
    comment     TEXT NOT NULL,
    created_ns  INTEGER NOT NULL,
    changed_ns  INTEGER NOT NULL,
    PRIMARY KEY (user, id)
) WITHOUT ROWID;
CREATE INDEX bookmark_id ON bookmark (id);

-- Music that a user lets others hear who have the link. Owner: ShareTable. `secret` is told again to the user, so it lies here.
CREATE TABLE share (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user        INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    secret      TEXT NOT NULL,
    hash        BLOB NOT NULL UNIQUE,    -- SHA-256 of the secret, by which it is looked up
    description TEXT NOT NULL,
    created_ns  INTEGER NOT NULL,
    expires_ns  INTEGER NOT NULL,
    visited_ns  INTEGER NOT NULL,
    visits      INTEGER NOT NULL
);
CREATE INDEX share_user ON share (user, id);
CREATE TABLE share_entry (
    share    INTEGER NOT NULL REFERENCES share ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    id       INTEGER NOT NULL,
    PRIMARY KEY (share, position)
) WITHOUT ROWID;
CREATE INDEX share_entry_id ON share_entry (kind, id);

-- A playlist of a user. Owner: PlaylistTable. Those of the library's owner are in user.db.
CREATE TABLE playlist (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user       INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    name       TEXT NOT NULL,
    comment    TEXT NOT NULL,
    shared     INTEGER NOT NULL,         -- 1: other users see it, as far as they see its tracks
    created_ns INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL
);
CREATE INDEX playlist_user ON playlist (user, id);
CREATE INDEX playlist_shared ON playlist (id) WHERE shared = 1;
CREATE TABLE playlist_entry (
    playlist INTEGER NOT NULL REFERENCES playlist ON DELETE CASCADE,
    position INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    PRIMARY KEY (playlist, position)
) WITHOUT ROWID;
CREATE INDEX playlist_entry_id ON playlist_entry (id);

-- What user.db does not say of a playlist of the library's owner, by its number there. Owner: PlaylistTable.
CREATE TABLE library_playlist (
    id         INTEGER PRIMARY KEY,
    created_ns INTEGER NOT NULL,         -- of the playlist in user.db: another one of that number has nothing here
    comment    TEXT NOT NULL,
    shared     INTEGER NOT NULL
);
