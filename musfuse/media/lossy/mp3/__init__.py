"""MP3 at a constant bit rate and without a bit reservoir: sizes follow from arithmetic, every frame stands alone."""
