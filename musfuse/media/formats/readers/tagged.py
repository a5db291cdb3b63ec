"""Tags and stream facts through tinytag (Vorbis comments, RIFF INFO) and mutagen (everything else).

tinytag is three to eight times as fast but drops ID3's sort names and splits no multiple values there.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.containers.opening import check_ape, open_with_mutagen, with_plain_tag
from musfuse.media.containers.tails import may_have_apev2
from musfuse.media.formats.port import Opened, Reading
from musfuse.media.tags.read import from_mutagen, from_tinytag
from musfuse.model import AudioFormat, TagSet
from musfuse.origins import allow_more

ReadTags = Callable[[Opened], tuple[TagSet, AudioFormat]]

# mutagen's class names to (container, codec)
_KINDS = {
    "MP3": ("mp3", "mp3"), "EasyMP3": ("mp3", "mp3"), "OggVorbis": ("ogg", "vorbis"), "OggOpus": ("ogg", "opus"),
    "OggFLAC": ("ogg", "flac"), "OggSpeex": ("ogg", "speex"), "OggTheora": ("ogg", "theora"), "FLAC": ("flac", "flac"),
    "MP4": ("mp4", "aac"), "ASF": ("asf", "wma"), "MonkeysAudio": ("ape", "ape"), "WavPack": ("wavpack", "wavpack"),
    "TrueAudio": ("tta", "tta"), "Musepack": ("mpc", "mpc"), "DSF": ("dsf", "dsd"), "DSDIFF": ("dff", "dsd"),
    "AAC": ("aac", "aac"), "AC3": ("ac3", "ac3"), "WAVE": ("wav", "unknown"), "AIFF": ("aiff", "unknown"),
    "TAK": ("tak", "tak"), "OptimFROG": ("optimfrog", "optimfrog"),
}  # fmt: skip
_ID3_ONLY = frozenset({"MP3", "EasyMP3", "TrueAudio"})
"""Classes of mutagen that leave out an APEv2 tag at the end, which players read."""
_OPUS_RATE = 48_000
"""In which lengths of Opus count, whatever was encoded (RFC 7845 §4); mutagen does not tell it."""
_SEARCHED = 2 << 20
"""Bytes in which tinytag may look for a frame that mutagen did not find."""


def read_tagged(opened: Opened, *, may_be_silent: bool = False, bounded: bool = False) -> Reading:
    """What tag readers make of a file, the one that knows more first. Raises MalformedError where none finds sound in
    it, unless its kind `may_be_silent`: then it is what it announces. `bounded`: they may search only so far."""
    known = opened.known
    for read in (read_mutagen, read_tinytag):
        try:
            opened.reader.seek(0)
            tags, fmt = read(opened)
        except ExcessiveError:
            raise
        except MalformedError:
            if bounded:
                allow_more(opened.reader, _SEARCHED)
            continue
        if fmt.sample_rate or may_be_silent:
            notes = length_notes(fmt, opened.size)
            return Reading(fmt if fmt.container else AudioFormat(known.name, known.name), tags, notes)
    if may_be_silent:
        return Reading(AudioFormat(known.name, known.name), TagSet())
    if not known.name:
        raise MalformedError("it is not of a kind that is known, or its front is damaged")
    raise MalformedError(f"{known.spoken} with a damaged header, or without sound")


def read_silent(opened: Opened) -> Reading:
    """As `read_tagged`, of a kind of file of which tag readers know little."""
    return read_tagged(opened, may_be_silent=True)


def tolerant(read: ReadTags, opened: Opened) -> tuple[TagSet, AudioFormat | None]:
    """Tags of a file whose audio is known to be sound; broken tags are no tags."""
    try:
        opened.reader.seek(0)
        return read(opened)
    except ExcessiveError:
        raise
    except MalformedError:
        return TagSet(), None


def length_notes(fmt: AudioFormat, size: int) -> tuple[str, ...]:
    """An MP3 whose header announces far more audio than the file can hold, at the lowest bit rate there is."""
    duration = fmt.duration_ns
    if fmt.container == "mp3" and duration and size * 8 * 1_000_000_000 // duration < 8_000:
        return (f"its header claims {duration // 1_000_000_000} s, more than its {size} bytes can hold",)
    return ()


def read_mutagen(opened: Opened) -> tuple[TagSet, AudioFormat]:
    """Tags and facts; raises MalformedError where mutagen cannot make sense of the file."""
    try:
        found = open_with_mutagen(opened.reader, opened.size, opened.known.bounds)
    except (ExcessiveError, MemoryError):
        raise
    except Exception as error:
        raise MalformedError("its header or tags are damaged") from error
    if found is None:
        raise MalformedError("not a kind of audio file that is known")
    tags = from_mutagen(found)
    if type(found).__name__ in _ID3_ONLY and may_have_apev2(opened.reader, opened.size):
        tags = read_around(opened)
    return tags, _facts(found)


def read_around(opened: Opened) -> TagSet:
    """Tags in front of and behind a stream: each field as ID3v2, else APEv2, else ID3v1 has it (TagLib's order).

    What mutagen cannot read is not there.
    """
    try:
        opened.reader.seek(0)
        ape, _ = read_apev2(opened)
    except ExcessiveError:
        raise
    except MalformedError:
        return _id3(opened)
    return TagSet({**_id3(opened), **ape, **_id3(opened, load_v1=False)})


def _id3(opened: Opened, load_v1: bool = True) -> TagSet:
    """The ID3v2 tag in front, and what an ID3v1 tag at the end adds to it."""
    from mutagen.id3 import ID3

    try:
        front = with_plain_tag(opened.reader, opened.size)
        front.seek(0)
        return from_mutagen(SimpleNamespace(tags=ID3(front, load_v1=load_v1)))
    except (ExcessiveError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - mutagen raises anything on hostile tags
        return TagSet()


def read_apev2(opened: Opened) -> tuple[TagSet, AudioFormat]:
    """The APEv2 tag alone, whatever the stream is; raises MalformedError where there is none."""
    from mutagen.apev2 import APEv2

    check_ape(opened.reader, opened.size)
    opened.reader.seek(0)
    try:
        tags = APEv2(opened.reader)
    except (ExcessiveError, MemoryError):
        raise
    except Exception as error:
        raise MalformedError("its header or tags are damaged") from error
    return from_mutagen(SimpleNamespace(tags=tags)), AudioFormat("", "")


def read_tinytag(opened: Opened) -> tuple[TagSet, AudioFormat]:
    """Tags and facts; raises MalformedError where tinytag cannot make sense of the file."""
    from tinytag import TinyTag

    try:
        found = TinyTag.get(file_obj=opened.reader, filename=opened.file.path.rsplit("/", 1)[-1])
    except (ExcessiveError, MemoryError):
        raise
    except Exception as error:
        raise MalformedError("its header or tags are damaged") from error
    rate = int(found.samplerate or 0)
    samples = int((found.duration or 0) * rate) or None
    suffix = opened.file.path.rsplit(".", 1)[-1].lower()
    return from_tinytag(found), AudioFormat(suffix, suffix, rate, int(found.channels or 0), 0, samples)


def _facts(found: Any) -> AudioFormat:
    container, codec = _KINDS.get(type(found).__name__, (type(found).__name__.lower(),) * 2)
    info = found.info
    rate = _OPUS_RATE if codec == "opus" else _int(getattr(info, "sample_rate", 0))
    length = getattr(info, "length", 0) or 0
    if container == "mp4":
        codec = (getattr(info, "codec", "") or "aac").split(".")[0].replace("mp4a", "aac")
    samples = int(length * rate) if 0 < length < 1e7 else None
    return AudioFormat(
        container, codec, rate, _int(getattr(info, "channels", 0)), _int(getattr(info, "bits_per_sample", 0)), samples
    )


def _int(value: Any) -> int:
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        return 0
