"""Cue sheets: read them in any encoding, and cut images into tracks at samples."""
