-- catalog.db, version 2: tracks that are parts of a file (an image with a cue sheet).

-- `part` 0 is the file as a whole; an image's parts are 1, 2, … in order, samples [first_sample, first_sample + samples),
-- to the end where samples is NULL. `hidden` is 1 for an image that disappears behind its parts. `sheet` says where the
-- sheet lies ('' for whole files), `base` the version of part 0 that a part was made from. Owner of parts: Cueing.
CREATE TABLE track_2 (
    id            INTEGER PRIMARY KEY,
    file          INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
    part          INTEGER NOT NULL DEFAULT 0,
    first_sample  INTEGER NOT NULL DEFAULT 0,
    samples       INTEGER,
    sheet         TEXT NOT NULL DEFAULT '',
    base          INTEGER NOT NULL DEFAULT 0,
    hidden        INTEGER NOT NULL DEFAULT 0,
    version       INTEGER NOT NULL,
    format        TEXT NOT NULL,
    tags          TEXT NOT NULL,
    picture       TEXT,
    album_key     TEXT NOT NULL,
    disc          INTEGER NOT NULL,
    named         INTEGER NOT NULL DEFAULT 0,
    several_discs INTEGER NOT NULL DEFAULT 0,
    serve         TEXT,
    dir           TEXT,
    dir_key       TEXT,
    name          TEXT,
    name_limit    INTEGER,
    size          INTEGER,
    size_token    TEXT,
    problem       TEXT NOT NULL DEFAULT '',
    UNIQUE (file, part)
);
INSERT INTO track_2 (id, file, version, format, tags, picture, album_key, disc, named, several_discs, serve, dir, dir_key,
                     name, name_limit, size, size_token, problem)
SELECT id, file, version, format, tags, picture, album_key, disc, named, several_discs, serve, dir, dir_key,
       name, name_limit, size, size_token, problem FROM track;
DROP TABLE track;
ALTER TABLE track_2 RENAME TO track;
CREATE INDEX track_unnamed ON track (id) WHERE named = 0;
CREATE INDEX track_album ON track (album_key, disc) WHERE album_key <> '';
CREATE INDEX track_dir ON track (dir_key);
CREATE INDEX track_unsized ON track (id) WHERE size IS NULL;

-- NOT EXISTS, because an upsert's conflict clause overrides an OR IGNORE of its triggers.
CREATE TRIGGER track_gone AFTER DELETE ON track BEGIN
    DELETE FROM node WHERE track = old.id;
    INSERT INTO dirty SELECT 'dir', old.dir_key WHERE old.dir_key IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM dirty WHERE kind = 'dir' AND key = old.dir_key);
    INSERT INTO dirty SELECT 'album', old.album_key WHERE old.album_key <> ''
        AND NOT EXISTS (SELECT 1 FROM dirty WHERE kind = 'album' AND key = old.album_key);
END;
CREATE TRIGGER track_left_album AFTER UPDATE OF album_key ON track WHEN old.album_key <> new.album_key BEGIN
    INSERT INTO dirty SELECT 'album', old.album_key WHERE old.album_key <> ''
        AND NOT EXISTS (SELECT 1 FROM dirty WHERE kind = 'album' AND key = old.album_key);
END;

-- A cue sheet as it was found: `kind` is cue (a file of its own), tag or block (embedded in the audio file). Owner:
-- Scanner; of remark (what could not be used of it): Cueing.
CREATE TABLE sheet (
    file   INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
    kind   TEXT NOT NULL,
    data   BLOB NOT NULL,
    remark TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (file, kind)
) WITHOUT ROWID;

-- Folders whose sheets Cueing has to look at: ('cue', id of the folder).
CREATE TRIGGER file_new AFTER INSERT ON file BEGIN
    INSERT INTO dirty SELECT 'cue', new.folder
        WHERE NOT EXISTS (SELECT 1 FROM dirty WHERE kind = 'cue' AND key = CAST(new.folder AS TEXT));
END;
CREATE TRIGGER file_changed AFTER UPDATE OF size, mtime_ns, ident, problem ON file BEGIN
    INSERT INTO dirty SELECT 'cue', new.folder
        WHERE NOT EXISTS (SELECT 1 FROM dirty WHERE kind = 'cue' AND key = CAST(new.folder AS TEXT));
END;
CREATE TRIGGER file_gone AFTER DELETE ON file BEGIN
    INSERT INTO dirty SELECT 'cue', old.folder
        WHERE NOT EXISTS (SELECT 1 FROM dirty WHERE kind = 'cue' AND key = CAST(old.folder AS TEXT));
END;
