"""musfuse: a scattered music collection shown as one clean, read-only drive."""

__version__ = "0.1.0"
