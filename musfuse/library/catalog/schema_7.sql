-- catalog.db, version 7: indexes that wait for better times.

-- Why the track's index could not be built although nothing is wrong with its file; '' where nothing is in the way. The
-- next scan or pass over all indexes tries again. Owner: Sizes.
ALTER TABLE track ADD COLUMN put_off TEXT NOT NULL DEFAULT '';
