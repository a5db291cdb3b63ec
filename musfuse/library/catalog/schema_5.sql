-- catalog.db, version 5: what else tells versions of a file apart.

-- model.Stamp.tag: what the origin knows a version by beside size and mtime (its number and change time, an ETag); '' where
-- nothing is known, which the next scan mends without looking into the file. Owner: Scanner.
ALTER TABLE file ADD COLUMN tag TEXT NOT NULL DEFAULT '';
ALTER TABLE companion ADD COLUMN tag TEXT NOT NULL DEFAULT '';
