"""The composition root: `library` builds everything in order and closes it in reverse; `owner` is the process."""

from musfuse.app.library import Library, open_library
from musfuse.app.owner import Owner

__all__ = ["Library", "Owner", "open_library"]
