"""The composition root: `library` builds everything in order and closes it in reverse; `host` is its process."""

from musfuse.app.host import Host
from musfuse.app.library import Library, open_library

__all__ = ["Host", "Library", "open_library"]
