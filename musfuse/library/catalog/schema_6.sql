-- catalog.db, version 6: compilations, whose tracks lie in one folder and name no album artist.

-- `compilation_key`, `first_artist`, `compilation` are those of albums.AlbumFacts; `various` is 1 where the tracks of this
-- compilation_key are by various artists. Owner of these, and of album_key and disc: Naming.
ALTER TABLE track ADD COLUMN compilation_key TEXT NOT NULL DEFAULT '';
ALTER TABLE track ADD COLUMN first_artist TEXT NOT NULL DEFAULT '';
ALTER TABLE track ADD COLUMN compilation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE track ADD COLUMN various INTEGER NOT NULL DEFAULT 0;
CREATE INDEX track_compilation ON track (compilation_key, first_artist, compilation) WHERE compilation_key <> '';

-- What Naming has still to look at, in dirty, is now also ('compilation', a compilation_key).
CREATE TRIGGER track_left_compilation AFTER DELETE ON track WHEN old.compilation_key <> '' BEGIN
    INSERT INTO dirty SELECT 'compilation', old.compilation_key
        WHERE NOT EXISTS (SELECT 1 FROM dirty WHERE kind = 'compilation' AND key = old.compilation_key);
END;

-- A source's last name stands for the album of what lies in its root without one, and in folders of discs there.
CREATE TRIGGER source_moved AFTER UPDATE OF uri ON source BEGIN
    UPDATE track SET named = 0 WHERE file IN
        (SELECT f.id FROM file f JOIN folder d ON d.id = f.folder WHERE d.source = new.id AND instr(d.path, x'2F') = 0);
END;
