-- catalog.db, version 3: overlays merged in, pictures and other files beside the audio.

-- `merged` are the tags that are served (JSON), NULL where they are the original's own; `art` the pictures that are set
-- (JSON: kind -> [picture]), NULL for none; `edited_ns` when either was changed last; `overlaid` 0: Overlaying has to
-- look at it; `untagged` why its tags cannot be put into what is served, which is the original then. Owner of these:
-- Overlaying; of untagged: Sizes.
ALTER TABLE track ADD COLUMN merged TEXT;
ALTER TABLE track ADD COLUMN art TEXT;
ALTER TABLE track ADD COLUMN edited_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE track ADD COLUMN overlaid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE track ADD COLUMN untagged TEXT NOT NULL DEFAULT '';
CREATE INDEX track_not_overlaid ON track (id) WHERE overlaid = 0;
CREATE INDEX track_file ON track (file, part);

-- A file beside the audio. Owner: Scanner. `kind` is front, back (pictures by their names) or sidecar; `position` ranks
-- pictures of one kind; `picture` is JSON of model.Picture, NULL for what is none; `problem` why a picture is not used.
CREATE TABLE companion (
    id       INTEGER PRIMARY KEY,
    folder   INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    name     BLOB NOT NULL,
    size     INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ident    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    picture  TEXT,
    problem  TEXT NOT NULL DEFAULT '',
    UNIQUE (folder, name)
);

-- Pictures used to be looked for only where audio is encoded here: every original is looked at once more.
UPDATE file SET mtime_ns = -1 WHERE id IN (SELECT file FROM track);
