"""The sections of the configuration that come with musfuse, in the order in which they are shown."""

from musfuse_fuse.options import FUSE
from musfuse_grpc.options import GRPC
from musfuse_http.options import HTTP
from musfuse_metrics.options import METRICS
from musfuse_otel.options import OTEL
from musfuse_webhooks.options import WEBHOOKS
from musfuse_winfsp.options import WINFSP

from musfuse.config import Sections
from musfuse.library.options import FOLLOW, HISTORY, IDENTITY, SCAN, VIEW
from musfuse.library.prefetch.options import PREFETCH
from musfuse.library.userdb.options import BACKUP
from musfuse.logs.options import LOGGING
from musfuse.media.art.options import ART
from musfuse.media.cue.options import CUE
from musfuse.media.flac.options import FLAC
from musfuse.media.indexing.options import INDEX
from musfuse.media.lossy.opus.options import OPUS
from musfuse.media.tags.options import TAGS
from musfuse.server.options import ACCOUNTS, SUBSONIC
from musfuse.store.eventoptions import EVENTS
from musfuse.store.options import CACHE

BUILT_IN = (
    VIEW, FLAC, OPUS, INDEX, CUE, TAGS, ART, SCAN, FOLLOW, IDENTITY, HISTORY, PREFETCH, CACHE, BACKUP, EVENTS, LOGGING,
    METRICS, OTEL, WEBHOOKS, GRPC, HTTP, ACCOUNTS, SUBSONIC, FUSE, WINFSP,
)  # fmt: skip
"""Those of both faces, wherever this runs: one file serves on every system."""


def default_sections() -> Sections:
    """The sections of a program without additions."""
    return Sections(BUILT_IN)
