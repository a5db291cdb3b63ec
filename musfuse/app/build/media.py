"""What makes bytes of originals: workers, encoders, and the engine over them."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from musfuse.app.build.store import Stores
from musfuse.config import Config
from musfuse.library.options import ScanOptions
from musfuse.media.art.facts import ExtractedPicture
from musfuse.media.art.options import ArtOptions
from musfuse.media.engine import MediaEngine
from musfuse.media.flac.encoder import Encoder, check_installed
from musfuse.media.flac.options import FlacOptions
from musfuse.media.formats import FormatRegistry
from musfuse.media.frame_cache import FrameCache
from musfuse.media.indexing.options import IndexOptions, worker_count
from musfuse.media.indexing.pool import IndexPool
from musfuse.media.inspecting import InspectPool
from musfuse.media.lossy.lengths import Lengths
from musfuse.media.lossy.mp3.transcoder import Mp3Transcoder
from musfuse.media.lossy.opus.options import OpusOptions
from musfuse.media.lossy.opus.transcoder import OpusTranscoder
from musfuse.media.rendition_tags import RenditionTags
from musfuse.media.retagger import Retagger
from musfuse.media.tags.options import TagOptions
from musfuse.media.transcoders import FlacTranscoder, IndexStore, Passthrough, WavTranscoder
from musfuse.model import Picture, Track
from musfuse.origins import Origin
from musfuse.platform import system
from musfuse.store.options import CacheOptions


@dataclass(frozen=True, slots=True)
class Media:
    """The parts that make bytes: `pool` builds indexes, `inspectors` look into files, `frame_cache` holds encoded runs
    in memory."""

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
    on_cover: Callable[[Track, Picture | None], None],
    closing: ExitStack,
) -> Media:
    """Build the parts, in order. `on_untagged` hears which file takes no other tags, and why, `on_cover` which cover an
    original turned out to have. Raises ConfigError where the encoder is missing."""
    options, cache, index, art = config[FlacOptions], config[CacheOptions], config[IndexOptions], config[ArtOptions]
    workers = worker_count(index)
    check_installed(options.encoder)
    indexes = IndexStore(stores.kv, Encoder(options.level, options.encoder))
    frame_cache = FrameCache(cache.frames_mib << 20, workers)
    closing.callback(frame_cache.close)
    pool = IndexPool(workers, index.memory_mib, formats, readers_at_work)
    closing.callback(pool.close)
    inspectors = InspectPool(min(config[ScanOptions].threads, system.usable_cores()), formats)
    closing.callback(inspectors.close)
    tags = RenditionTags(
        formats, stores.pictures, inspectors, embed=art.embed, max_pixels=art.max_pixels,
        id3=int(config[TagOptions].id3[-1]), padding=config[TagOptions].padding,
    )  # fmt: skip
    flac = FlacTranscoder(
        formats, indexes, tags, stores.pictures, options, frame_cache, stores.frame_files, cache.read_ahead
    )
    wav = WavTranscoder(formats, indexes, tags, stores.pictures)
    retagger = Retagger(formats, tags, stores.pictures, on_untagged)
    lengths = Lengths(indexes)
    opus = OpusTranscoder(
        formats, lengths, tags, config[OpusOptions], frame_cache, stores.frame_files, cache.read_ahead
    )
    mp3 = Mp3Transcoder(
        formats, lengths, tags, stores.pictures, config[TagOptions], frame_cache, stores.frame_files, cache.read_ahead
    )

    def keep_cover(track: Track, found: ExtractedPicture | None) -> None:
        if found is not None:
            stores.pictures.keep(found.picture.digest, found.data)
        on_cover(track, found.picture if found is not None else None)

    makers = (flac, wav, retagger, Passthrough(), opus, mp3)
    engine = MediaEngine(origin_of, makers, inspectors, keep_cover)
    return Media(formats, indexes, frame_cache, pool, inspectors, engine)
