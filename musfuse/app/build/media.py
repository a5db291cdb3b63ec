"""What makes bytes of originals: workers, encoders, and the engine over them."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from musfuse.app.build.store import Stores
from musfuse.config import Config
from musfuse.config.options import usable_cores, worker_count
from musfuse.media.engine import MediaEngine
from musfuse.media.flac.encoder import Encoder, check_installed
from musfuse.media.formats import FormatRegistry
from musfuse.media.frame_cache import FrameCache
from musfuse.media.indexing import IndexPool
from musfuse.media.inspecting import InspectPool
from musfuse.media.rendition_tags import RenditionTags
from musfuse.media.retagger import Retagger
from musfuse.media.transcoders import FlacTranscoder, IndexStore, Passthrough, WavTranscoder
from musfuse.model import Track
from musfuse.origins import Origin


@dataclass(frozen=True, slots=True)
class Media:
    """`pool` builds indexes, `inspectors` look into files, `frame_cache` holds encoded runs in memory."""

    formats: FormatRegistry
    indexes: IndexStore
    frame_cache: FrameCache
    pool: IndexPool
    inspectors: InspectPool
    engine: MediaEngine


def build_media(
    stores: Stores,
    config: Config,
    formats: FormatRegistry,
    origin_of: Callable[[str], Origin],
    readers_at_work: Callable[[], bool],
    on_untagged: Callable[[Track, str], None],
    closing: ExitStack,
) -> Media:
    """`on_untagged` hears which file takes no other tags, and why. Raises ConfigError where the encoder is missing."""
    workers = worker_count(config)
    check_installed(config.flac.encoder)
    indexes = IndexStore(stores.kv, Encoder(config.flac.level, config.flac.encoder))
    frame_cache = FrameCache(config.cache.frames_mib << 20, workers)
    closing.callback(frame_cache.close)
    pool = IndexPool(workers, config.index.memory_mib, formats, readers_at_work)
    closing.callback(pool.close)
    inspectors = InspectPool(min(config.scan.threads, usable_cores()), formats)
    closing.callback(inspectors.close)
    tags = RenditionTags(
        formats, stores.pictures, inspectors, embed=config.art.embed, max_pixels=config.art.max_pixels,
        id3=int(config.tags.id3[-1]), padding=config.tags.padding,
    )  # fmt: skip
    flac = FlacTranscoder(
        formats, indexes, tags, stores.pictures, config.flac, frame_cache, stores.frame_files, config.cache.read_ahead
    )
    wav = WavTranscoder(formats, indexes, tags, stores.pictures)
    retagger = Retagger(formats, tags, stores.pictures, on_untagged)
    engine = MediaEngine(origin_of, (flac, wav, retagger, Passthrough()), inspectors)
    return Media(formats, indexes, frame_cache, pool, inspectors, engine)
