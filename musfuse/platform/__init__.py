"""What differs between systems: `posix` and `windows` hold the same functions, this picks one.

Nothing else in the program asks which system it runs on, except where a face is chosen.
"""

import sys

if sys.platform == "win32":
    from musfuse.platform import windows as system
else:
    from musfuse.platform import posix as system

__all__ = ["system"]
