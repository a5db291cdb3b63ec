"""Options of frame indexes."""

from dataclasses import dataclass

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section
from musfuse.platform import system


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Frame indexes, which make sizes exact and seeks free."""

    background: bool = option(True, "build missing indexes, and the covers of folders, in the background after a scan")
    workers: int = option(0, "worker processes at most; 0 means as many as cores", at_least(0), "processes")
    wait_seconds: int = option(120, "longest wait of one stat for an index, then EAGAIN", at_least(1), "seconds")
    waiters: int = option(192, "stats that may wait for an index at the same time, then EAGAIN", at_least(1), "stats")
    memory_mib: int = option(1024, "address space of a worker process (Linux)", at_least(256), "MiB")


INDEX = Section("index", IndexOptions)


def worker_count(options: IndexOptions) -> int:
    """How many index workers may run: the configured number, or one a usable core."""
    return options.workers or system.usable_cores()
