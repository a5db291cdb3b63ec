-- catalog.db, version 4: pictures in the folder above those of an album's discs.

-- `above`: the folder above, where this one is but a disc of an album (CD1, Disc 2); what lies beside the audio there
-- counts here as well. Owner: Scanner; the next scan tells.
ALTER TABLE folder ADD COLUMN above INTEGER REFERENCES folder ON DELETE SET NULL;
CREATE INDEX folder_above ON folder (above) WHERE above IS NOT NULL;
