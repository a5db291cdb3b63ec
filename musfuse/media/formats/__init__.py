"""Formats: all that is known of one kind of file, a module each, which a registry finds by name.

A module has `FORMATS`, the records (`port.Format`) that it registers. `built_in` is the list of ours. Nothing
loads such a module before a format is asked for.
"""

from musfuse.media.formats.built_in import BUILT_IN, default_formats
from musfuse.media.formats.registry import FormatRegistry

__all__ = ["BUILT_IN", "FormatRegistry", "default_formats"]
