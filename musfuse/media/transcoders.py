"""The FormatTranscoders: FLAC made from PCM, WAV made from PCM, and the original as it is."""

import logging
import threading
from collections.abc import Sequence

from musfuse.config.options import FlacOptions
from musfuse.errors import MalformedError
from musfuse.media.decoders import open_pcm
from musfuse.media.flac.encoder import block_size, fingerprint
from musfuse.media.flac.header import HEADER_VERSION, make_header
from musfuse.media.flac.index import FrameIndex, index_key
from musfuse.media.flac.served import EncodedFrames
from musfuse.media.layout import Blob, Inline, Layout, Segment, SourceRange
from musfuse.media.pcm import DecoderPool, can_encode
from musfuse.media.ports import NotIndexedError
from musfuse.media.runs import RunCache
from musfuse.media.wav import WAV_HEADER_VERSION, PcmRange, wav_header
from musfuse.model import AudioFormat, Picture, Serve, SourceFile, TagSet, Track
from musfuse.origins import Origin
from musfuse.store import KvNamespace, KvStore, RunFiles

log = logging.getLogger(__name__)


class IndexStore:
    """Frame indexes in the KvStore, under keys that hold everything their frames depend on."""

    def __init__(self, store: KvStore, level: int, encoder: str = "") -> None:
        self._store, self._level = store, level
        self._encoder = encoder
        self._lock = threading.Lock()

    @property
    def encoder(self) -> str:
        """The encoder's fingerprint, computed at first use (some milliseconds)."""
        with self._lock:
            if not self._encoder:
                self._encoder = fingerprint(self._level)
            return self._encoder

    def key(self, file: SourceFile) -> str:
        """The key for a whole original."""
        return index_key(file, self._level, block_size(self._level), self.encoder)

    def get(self, file: SourceFile) -> FrameIndex | None:
        """The index, or None; one that cannot be read is dropped."""
        key = self.key(file)
        data = self._store.get(KvNamespace.INDEX, key)
        if data is None:
            return None
        try:
            return FrameIndex.from_bytes(data)
        except MalformedError as error:
            log.warning("%s: %s; it is built again", key, error)
            self._store.delete(KvNamespace.INDEX, key)
            return None

    def put(self, file: SourceFile, index: FrameIndex) -> None:
        """Keep an index."""
        self._store.put(KvNamespace.INDEX, self.key(file), index.to_bytes())

    def drop(self, file: SourceFile) -> None:
        """Forget an index."""
        self._store.delete(KvNamespace.INDEX, self.key(file))


class FlacTranscoder:
    """Lossless integer PCM to FLAC, frame by frame on request."""

    serve = Serve.FLAC

    def __init__(
        self,
        indexes: IndexStore,
        store: KvStore,
        options: FlacOptions,
        runs: RunCache,
        kept: RunFiles,
        read_ahead: int,
    ) -> None:
        self._indexes, self._store, self._options = indexes, store, options
        self._runs, self._kept, self._read_ahead = runs, kept, read_ahead

    def accepts(self, fmt: AudioFormat) -> bool:
        """Integer PCM of 8, 16 or 24 bits that is not FLAC already, or is a faulty one that may be repaired."""
        if fmt.codec == "flac":
            return self._options.repair and fmt.faulty and fmt.container == "flac" and can_encode(fmt)
        return can_encode(fmt)

    def token(self) -> str:
        """Encoder, level, header, padding."""
        return f"flac/{HEADER_VERSION}/{self._options.level}/{self._options.padding}/{self._indexes.encoder}"

    def layout(self, track: Track, origin: Origin, tags: TagSet, pictures: Sequence[Picture]) -> Layout:
        """Header, pictures, padding, frames."""
        index = self._indexes.get(track.file)
        if index is None:
            raise NotIndexedError(f"{origin.name}/{track.file.path}: its frame index is not built yet")
        header = make_header(index, tags, pictures, self._options.padding)
        segments: list[Segment] = []
        for front, picture in zip(header.before, pictures, strict=False):
            segments += (Inline(front), Blob(self._store, picture.digest, picture.size))
        segments.append(Inline(header.last))
        decoders = DecoderPool(lambda: open_pcm(origin, track.file, track.format, index.sequential))
        key = self._indexes.key(track.file)

        def dropped() -> None:
            self._indexes.drop(track.file)
            self._runs.forget(key)
            self._kept.forget(key)

        frames = EncodedFrames(
            key, index, decoders, self._options.level, self._runs, self._kept, self._read_ahead, dropped
        )
        segments.append(frames)
        return Layout(segments)


class WavTranscoder:
    """Lossless integer PCM to WAV."""

    serve = Serve.WAV

    def __init__(self, indexes: IndexStore) -> None:
        self._indexes = indexes

    def accepts(self, fmt: AudioFormat) -> bool:
        """Integer PCM of 8, 16 or 24 bits that is not WAV already."""
        return fmt.container not in ("wav", "rf64") and can_encode(fmt)

    def token(self) -> str:
        """Header; the number of samples is settled by the frame index."""
        return f"wav/{WAV_HEADER_VERSION}/{self._indexes.encoder}"

    def layout(self, track: Track, origin: Origin, tags: TagSet, pictures: Sequence[Picture]) -> Layout:
        """Header and packed PCM. The index tells how many samples really decode."""
        del pictures
        index = self._indexes.get(track.file)
        if index is None:
            raise NotIndexedError(f"{origin.name}/{track.file.path}: its frame index is not built yet")
        decoders = DecoderPool(lambda: open_pcm(origin, track.file, track.format, index.sequential))
        header = Inline(wav_header(track.format, index.total_samples, tags))
        return Layout([header, PcmRange(track.format, index.total_samples, decoders)])


class Passthrough:
    """The original, byte for byte."""

    serve = Serve.ORIGINAL

    def accepts(self, fmt: AudioFormat) -> bool:
        """Everything."""
        del fmt
        return True

    def token(self) -> str:
        """Nothing but the original's own size."""
        return "original"

    def layout(self, track: Track, origin: Origin, tags: TagSet, pictures: Sequence[Picture]) -> Layout:
        """One range of the original."""
        del tags, pictures
        return Layout([SourceRange(origin, track.file, 0, track.file.stamp.size)])
