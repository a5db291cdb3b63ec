"""How many descriptors each part of the process may hold, so that together they stay below its limit (`ulimit -n`)."""

import logging
from dataclasses import dataclass, replace

from musfuse_fuse.options import FuseOptions

from musfuse.config import Config
from musfuse.library.options import ScanOptions
from musfuse.media.indexing.options import IndexOptions, worker_count

log = logging.getLogger(__name__)

RESERVE = 8
"""Kept aside for a connection, a query and a program that unmounts, where all others are taken."""
_FIXED = 39
"""Standard streams 3, pipes and locks 4, writers of four databases 12, mounts 2, the control socket and what refuses
2, the reserve 8, a program or worker being started 6, files that are read at once 2."""
_PARTS = 28
_MAX_READERS, _MAX_FRAME_FILES, _MAX_CLIENTS = 16, 64, 32


@dataclass(frozen=True, slots=True)
class Pools:
    """Sizes of pools that are no options: connections that read the catalog, files of all sources together and of the
    frame cache kept open, clients of the control channel."""

    readers: int
    originals: int
    frame_files: int
    clients: int


def fit(config: Config, limit: int) -> tuple[Config, Pools]:
    """The configuration with what a process that may open `limit` files can hold, and the sizes of its pools.

    From 64 on everything works; with 1024 the defaults are as they are declared.
    """
    free = max(limit - _FIXED, 0)

    def part(of: int, most: int) -> int:
        return max(1, min(most, free * of // _PARTS))

    pools = Pools(
        readers=part(4, _MAX_READERS), originals=part(4, limit), frame_files=part(2, _MAX_FRAME_FILES),
        clients=part(4, _MAX_CLIENTS),
    )  # fmt: skip
    scan, fuse, index = config[ScanOptions], config[FuseOptions], config[IndexOptions]
    scanning, workers = part(1, scan.threads), part(1, worker_count(index))  # two pipes to each
    encoding = workers
    held = 2 * pools.readers + pools.originals + pools.frame_files + pools.clients + 2 * (scanning + workers) + encoding
    threads = max(2, min(fuse.threads, free - held))  # each holds a file while it reads it
    waiters = index.waiters if threads == fuse.threads else min(index.waiters, threads * 3 // 4)
    fitted = config.having(
        replace(scan, threads=scanning),
        replace(fuse, threads=threads),
        replace(index, workers=workers, waiters=waiters),
    )
    if threads != fuse.threads:
        log.warning("only %d files may be open (ulimit -n): %d readers at the same time", limit, threads)
    return fitted, pools
