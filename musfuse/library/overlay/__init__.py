"""What is said about tracks beside their originals: kept in user.db, merged into what is served."""

from musfuse.library.overlay.collector import Change, Delta, Entry, MetaCollector
from musfuse.library.overlay.value import Overlay, merge, overlay_key

__all__ = ["Change", "Delta", "Entry", "MetaCollector", "Overlay", "merge", "overlay_key"]
