"""The FormatTranscoders: FLAC made from PCM, WAV made from PCM, and the original as it is."""

import logging
import threading
from collections.abc import Iterator

from musfuse.errors import MalformedError
from musfuse.lru import Lru
from musfuse.media.decoders import open_pcm
from musfuse.media.flac.encoded_frames import EncodedFrames
from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.header import HEADER_VERSION, make_header
from musfuse.media.flac.index import FrameIndex, KeyParts, index_key, split_index_key
from musfuse.media.flac.options import FlacOptions
from musfuse.media.formats import FormatRegistry
from musfuse.media.frame_cache import FrameCache
from musfuse.media.layout import Blob, Inline, Layout, Segment, SourceRange
from musfuse.media.pcm import DecoderPool, can_encode
from musfuse.media.ports import NotIndexedError, TagOverlayService
from musfuse.media.tags.vorbis import fitting
from musfuse.media.wav import WAV_HEADER_VERSION, PcmRange, wav_header, wav_id3
from musfuse.model import WHOLE, AudioFormat, Picture, Rendition, SampleRange, SourceFile, Track
from musfuse.origins import Origin
from musfuse.origins.places import place_in
from musfuse.store import FrameFiles, KvNamespace, KvStore, PictureStore

log = logging.getLogger(__name__)

_LIES = "/timestamps-lie"
_MISANNOUNCED = "/length-lies"
_RECENT_FRAMES = 1 << 17
"""Frames of indexes that are kept at hand: of some fifty tracks."""


class IndexStore:
    """Frame indexes in the KvStore, under keys that hold everything their frames depend on."""

    def __init__(self, store: KvStore, encoder: Encoder) -> None:
        self._store, self.encoder = store, encoder
        self._fingerprint = ""
        self._lock = threading.Lock()
        self._recent: Lru[str, FrameIndex] = Lru(_RECENT_FRAMES, lambda index: len(index.sizes))

    @property
    def fingerprint(self) -> str:
        """The encoder's fingerprint, computed at first use (some milliseconds)."""
        with self._lock:
            if not self._fingerprint:
                self._fingerprint = self.encoder.fingerprint()
            return self._fingerprint

    def key(self, file: SourceFile, sample_range: SampleRange = WHOLE) -> str:
        """The key for an original, or a part of one."""
        return index_key(file, self.encoder.level, self.encoder.block_size, self.fingerprint, sample_range)

    @property
    def made(self) -> str:
        """The end that keys of indexes have which are made now: level, block size and fingerprint of the encoder."""
        return f"{self.encoder.level}/{self.encoder.block_size}/{self.fingerprint}"

    @staticmethod
    def parts(key: str) -> KeyParts | None:
        """A key in its parts; None where no store of today makes such a key."""
        of_file = key.removesuffix(_LIES).removesuffix(_MISANNOUNCED)
        if of_file != key:
            name, slash, stamp = of_file.rpartition("/")
            return KeyParts(name, stamp, "", "") if slash else None
        return split_index_key(key)

    def get(self, track: Track) -> FrameIndex | None:
        """The index, or None; one that cannot be read is dropped, and one whose image turned out to lie since."""
        key = self.key(track.file, track.sample_range)
        with self._lock:
            recent = self._recent.get(key)
        if recent is not None:
            return recent
        data = self._store.get(KvNamespace.INDEX, key)
        if data is None:
            return None
        try:
            index = FrameIndex.from_bytes(data)
        except MalformedError as error:
            log.warning("%s: %s; it is built again", key, error)
            self._store.delete(KvNamespace.INDEX, key)
            return None
        if track.part and not index.sequential and self.lies(track.file):
            return None
        with self._lock:
            self._recent.put(key, index)
        return index

    def put(self, track: Track, index: FrameIndex) -> None:
        """Keep the index of a track."""
        key = self.key(track.file, track.sample_range)
        self._store.put(KvNamespace.INDEX, key, index.to_bytes())
        self._forget(key)

    def drop(self, file: SourceFile, sample_range: SampleRange = WHOLE) -> None:
        """Forget the index of an original, or of a part of one."""
        key = self.key(file, sample_range)
        self._store.delete(KvNamespace.INDEX, key)
        self._forget(key)

    def drop_all(self, source_uid: str = "") -> int:
        """Forget the indexes of a source, of all for ''; how many these were. Raises StoreError."""
        count = 0
        for key in self._store.scan(KvNamespace.INDEX, f"{source_uid}/" if source_uid else ""):
            count += self._store.delete(KvNamespace.INDEX, key)
        with self._lock:
            self._recent.clear()
        return count

    def keys(self, source_uid: str) -> Iterator[str]:
        """The keys of the indexes of a source. Raises StoreError."""
        return self._store.scan(KvNamespace.INDEX, f"{source_uid}/")

    def _forget(self, key: str) -> None:
        with self._lock:
            self._recent.pop(key)

    def lies(self, file: SourceFile) -> bool:
        """Whether an image's timestamps are known to lie, so that parts must be found by decoding from the start."""
        return self._store.get(KvNamespace.INDEX, _key_of(file, _LIES)) is not None

    def set_lies(self, file: SourceFile) -> None:
        """Remember that an image's timestamps lie."""
        self._store.put(KvNamespace.INDEX, _key_of(file, _LIES), b"1")
        with self._lock:
            self._recent.clear()

    def is_misannounced(self, file: SourceFile) -> bool:
        """Whether an original is known not to have as many samples as its header says."""
        return self._store.get(KvNamespace.INDEX, _key_of(file, _MISANNOUNCED)) is not None

    def set_misannounced(self, file: SourceFile) -> None:
        """Remember that an original has not as many samples as its header says: they are to be counted."""
        self._store.put(KvNamespace.INDEX, _key_of(file, _MISANNOUNCED), b"1")


def _key_of(file: SourceFile, what: str) -> str:
    return f"{file.index_name}/{file.stamp}{what}"


class FlacTranscoder:
    """Lossless integer PCM to FLAC, frame by frame on request."""

    kind = Rendition.FLAC.kind

    def __init__(
        self,
        formats: FormatRegistry,
        indexes: IndexStore,
        tags: TagOverlayService,
        pictures: PictureStore,
        options: FlacOptions,
        frame_cache: FrameCache,
        frame_files: FrameFiles,
        read_ahead: int,
    ) -> None:
        self._formats = formats
        self._indexes, self._tags, self._pictures, self._options = indexes, tags, pictures, options
        self._frame_cache, self._frame_files, self._read_ahead = frame_cache, frame_files, read_ahead

    def accepts(self, fmt: AudioFormat) -> bool:
        """Integer PCM of 8, 16 or 24 bits that is not FLAC already, or is a faulty one that may be repaired."""
        if fmt.codec == "flac":
            return self._options.repair and fmt.faulty and fmt.container == "flac" and can_encode(fmt)
        return can_encode(fmt)

    def needs_index(self, fmt: AudioFormat) -> bool:
        """Always: only encoding tells how large frames are."""
        del fmt
        return True

    def token(self, rendition: Rendition) -> str:
        """Encoder, level, version of headers, and padding: sizes depend on these."""
        del rendition
        made = f"{HEADER_VERSION}/{self._options.level}/{self._options.padding}/{self._indexes.fingerprint}"
        return f"flac/{made}/{self._tags.token()}"

    def layout(self, track: Track, origin: Origin) -> Layout:
        """The FLAC rendition: header, pictures, padding, frames."""
        index = self._indexes.get(track)
        if index is None:
            raise NotIndexedError(f"{place_in(origin.name, track.file.path)}: its frame index is not built yet")
        pictures = fitting(self._tags.pictures(track))
        header = make_header(index, track.tags, pictures, self._options.padding, self._room(index, track))
        segments: list[Segment] = []
        for front, picture in zip(header.before, pictures, strict=False):
            segments += (Inline(front), Blob(self._pictures, picture.digest, picture.size))
        segments.append(Inline(header.last))
        decoders = _decoders(self._formats, origin, track, index)
        key = self._indexes.key(track.file, track.sample_range)

        def dropped() -> None:
            self._indexes.drop(track.file, track.sample_range)
            self._frame_cache.forget(key)
            self._frame_files.forget(key)

        frames = EncodedFrames(
            key, index, decoders, self._indexes.encoder, self._frame_cache, self._frame_files, self._read_ahead, dropped
        )
        segments.append(frames)
        return Layout(segments)

    def _room(self, index: FrameIndex, track: Track) -> int:
        """Bytes of the header before anybody changed tags or art, so that a usual change moves no frame; 0 where nobody
        did."""
        if track.embedded is None and not track.art:
            return 0
        pictures = fitting(self._tags.base_pictures(track))
        tags = track.embedded if track.embedded is not None else track.tags
        return make_header(index, tags, pictures, self._options.padding).length + sum(p.size for p in pictures)


def _decoders(formats: FormatRegistry, origin: Origin, track: Track, index: FrameIndex) -> DecoderPool:
    return DecoderPool(
        lambda: open_pcm(formats, origin, track.file, track.format, index.sequential, track.sample_range)
    )


class WavTranscoder:
    """Lossless integer PCM to WAV."""

    kind = Rendition.WAV.kind

    def __init__(
        self, formats: FormatRegistry, indexes: IndexStore, tags: TagOverlayService, pictures: PictureStore
    ) -> None:
        self._formats, self._indexes, self._tags, self._pictures = formats, indexes, tags, pictures

    def accepts(self, fmt: AudioFormat) -> bool:
        """Integer PCM of 8, 16 or 24 bits that is not WAV already."""
        return fmt.container not in ("wav", "rf64") and can_encode(fmt)

    def needs_index(self, fmt: AudioFormat) -> bool:
        """Always: only decoding tells how many samples there are."""
        del fmt
        return True

    def token(self, rendition: Rendition) -> str:
        """The version of headers. The number of samples is settled by the frame index."""
        del rendition
        return f"wav/{WAV_HEADER_VERSION}/{self._indexes.encoder}/{self._tags.token()}"

    def layout(self, track: Track, origin: Origin) -> Layout:
        """The WAV rendition: header with INFO and ID3 chunks, and packed PCM. The index tells how many samples really
        decode."""
        index = self._indexes.get(track)
        if index is None:
            raise NotIndexedError(f"{place_in(origin.name, track.file.path)}: its frame index is not built yet")
        decoders = _decoders(self._formats, origin, track, index)
        id3: list[Segment] = []
        for part in wav_id3(track.tags, tuple(self._tags.pictures(track))):
            id3.append(Blob(self._pictures, part.digest, part.size) if isinstance(part, Picture) else Inline(part))
        front, data = wav_header(track.format, index.total_samples, track.tags, sum(s.length for s in id3))
        return Layout([Inline(front), *id3, Inline(data), PcmRange(track.format, index.total_samples, decoders)])


class Passthrough:
    """The original, byte for byte."""

    kind = Rendition.ORIGINAL.kind

    def accepts(self, fmt: AudioFormat) -> bool:
        """Every stream."""
        del fmt
        return True

    def needs_index(self, fmt: AudioFormat) -> bool:
        """Never."""
        del fmt
        return False

    def token(self, rendition: Rendition) -> str:
        """Always the same: only the original's own size counts."""
        del rendition
        return "original"

    def layout(self, track: Track, origin: Origin) -> Layout:
        """The original as one range."""
        return Layout([SourceRange(origin, track.file, 0, track.file.stamp.size)])
