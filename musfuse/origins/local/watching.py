"""Which of the system's means tells of changes in a folder of this machine."""

from musfuse.origins.watching import Watch, WatchListener
from musfuse.platform import system


def watch_folder(root: str, listener: WatchListener) -> Watch:
    """Have a listener told of changes below a folder. Raises UnavailableError where that cannot be had."""

    def untold() -> str:
        return system.untold_changes(root)

    if system.has_inotify():
        from musfuse.origins.local.inotify import InotifyWatch

        return InotifyWatch(root, listener, untold)
    from musfuse.origins.local.watchdogs import TreeWatch

    return TreeWatch(root, listener, untold)
