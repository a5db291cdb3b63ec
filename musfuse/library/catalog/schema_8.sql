-- catalog.db, version 8: sources lie in user.db; the table here mirrors them. Owner: CatalogSources.

-- What people write for its place, a path of this machine or a URI, as a BLOB like all paths. `position` is its rank among
-- the sources.
ALTER TABLE source RENAME COLUMN uri TO root;
UPDATE source SET root = CAST(root AS BLOB);

-- A track's name depends on where its source stands: equal names, and the spelling of folders, are decided by that.
CREATE TRIGGER source_ranked AFTER UPDATE OF position ON source WHEN old.position <> new.position BEGIN
    UPDATE track SET named = 0 WHERE file IN
        (SELECT f.id FROM file f JOIN folder d ON d.id = f.folder WHERE d.source = new.id);
END;
