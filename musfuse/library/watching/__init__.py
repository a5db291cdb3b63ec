"""What is known of changes of the sources between scans: where something changed, and which files are still written."""

from musfuse.library.watching.dirt import Dirt
from musfuse.library.watching.growing import Growing

__all__ = ["Dirt", "Growing"]
