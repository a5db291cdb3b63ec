"""A whole media engine over a folder of originals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sound
from sound import FORMATS

from musfuse.media.art.facts import ExtractedPicture
from musfuse.media.decoders import open_pcm
from musfuse.media.embedded import EmbeddedCovers
from musfuse.media.engine import MediaEngine
from musfuse.media.flac.build import build_index
from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.options import FlacOptions
from musfuse.media.frame_cache import FrameCache
from musfuse.media.lossy.lengths import Lengths
from musfuse.media.lossy.mp3.transcoder import Mp3Transcoder
from musfuse.media.lossy.opus.options import OpusOptions
from musfuse.media.lossy.opus.transcoder import OpusTranscoder
from musfuse.media.rendition_tags import RenditionTags
from musfuse.media.tags.options import TagOptions
from musfuse.media.transcoders import FlacTranscoder, IndexStore, Passthrough, WavTranscoder
from musfuse.model import Picture, TagSet, Track
from musfuse.origins import LocalOrigin
from musfuse.store import FrameFiles, KvNamespace, MemoryKv, PictureStore


@dataclass
class Studio:
    """What tests of served bytes need."""

    origin: LocalOrigin
    store: MemoryKv = field(default_factory=MemoryKv)
    level: int = 5
    folder: Path | None = None

    def __post_init__(self) -> None:
        self.indexes = IndexStore(self.store, Encoder(self.level))
        self.frame_cache = FrameCache(8 << 20, 2)
        self.frame_files = FrameFiles(self.folder or Path(), 32 << 20 if self.folder else 0)
        pictures = PictureStore(self.store)
        tags = RenditionTags(FORMATS, pictures, EmbeddedCovers(FORMATS))
        options = FlacOptions(level=self.level)
        flac = FlacTranscoder(FORMATS, self.indexes, tags, pictures, options, self.frame_cache, self.frame_files, 4)
        wav = WavTranscoder(FORMATS, self.indexes, tags, pictures)
        opus = OpusTranscoder(
            FORMATS, Lengths(self.indexes), tags, OpusOptions(), self.frame_cache, self.frame_files, 4
        )
        mp3 = Mp3Transcoder(
            FORMATS, Lengths(self.indexes), tags, pictures, TagOptions(), self.frame_cache, self.frame_files, 4
        )
        makers = (flac, wav, Passthrough(), opus, mp3)

        def keep(track: Track, found: ExtractedPicture | None) -> None:
            self.looked.append(track.id)
            if found:
                pictures.keep(found.picture.digest, found.data)

        self.looked: list[int] = []
        self.engine = MediaEngine(lambda _: self.origin, makers, EmbeddedCovers(FORMATS), keep)

    def track(self, path: str, policy: str = "flac", index: bool = True, **tags: str) -> Track:
        """A track of the folder, indexed where it has to be."""
        file, fmt = sound.source_file(self.origin, path), sound.format_of(self.origin, path)
        found = EmbeddedCovers(FORMATS).extract(self.origin, file)
        picture: Picture | None = None
        if found:
            picture = found.picture
            self.store.put(KvNamespace.ARTWORK, picture.digest, found.data)
        rendition = self.engine.rendition_of(fmt, policy)
        made = Track(1, file, fmt, TagSet({k: v.split("; ") for k, v in tags.items()}), rendition, 1, picture)
        if index and rendition != "original":
            self.indexes.put(
                made, build_index(lambda: open_pcm(FORMATS, self.origin, file, fmt), Encoder(self.level), 2)
            )
        return made


@pytest.fixture
def studio(origin: LocalOrigin) -> Iterator[Studio]:
    made = Studio(origin)
    yield made
    made.frame_cache.close()


@pytest.fixture
def read_whole() -> Callable[[object, int], bytes]:
    def read(layout: object, step: int = 100_000) -> bytes:
        return b"".join(layout.read_at(at, step) for at in range(0, layout.size, step))  # type: ignore[attr-defined]

    return read
