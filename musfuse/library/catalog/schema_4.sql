-- catalog.db, version 4: what lies above the folders of discs; files that are known by another number than they have now.

-- `above`: the folder above, where this one is but a disc of an album (CD1, Disc 2); what lies beside the audio there
-- counts here as well. `ident`: the origin's id for the folder when it was listed last. Owner of both: Scanner; the next
-- scan tells.
ALTER TABLE folder ADD COLUMN above INTEGER REFERENCES folder ON DELETE SET NULL;
ALTER TABLE folder ADD COLUMN ident TEXT NOT NULL DEFAULT '';
CREATE INDEX folder_above ON folder (above) WHERE above IS NOT NULL;

-- What names the original in the keys of indexes, where its source and `ident` do not (any more).
ALTER TABLE file ADD COLUMN older_name TEXT NOT NULL DEFAULT '';
