"""Tags and stream facts through tinytag (Vorbis comments, RIFF INFO) and mutagen (everything else).

tinytag is three to eight times as fast but drops ID3's sort names and splits no multiple values there.
"""

import io
from types import SimpleNamespace
from typing import Any

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.containers.opening import check_ape, check_mp4, open_with_mutagen, with_plain_tag
from musfuse.media.containers.tails import may_have_apev2
from musfuse.media.tags.read import from_mutagen, from_tinytag
from musfuse.model import AudioFormat, SourceFile, TagSet

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


def read_mutagen(reader: io.BufferedReader, file: SourceFile) -> tuple[TagSet, AudioFormat]:
    """Tags and facts; raises MalformedError where mutagen cannot make sense of the file."""
    try:
        opened = open_with_mutagen(reader, file.stamp.size)
    except (ExcessiveError, MemoryError):
        raise
    except Exception as error:
        raise MalformedError("its header or tags are damaged") from error
    if opened is None:
        raise MalformedError("not a kind of audio file that is known")
    tags = from_mutagen(opened)
    if type(opened).__name__ in _ID3_ONLY and may_have_apev2(reader, file.stamp.size):
        tags = read_around(reader, file)
    return tags, _facts(opened)


def read_around(reader: io.BufferedReader, file: SourceFile) -> TagSet:
    """Tags in front of and behind a stream: each field as ID3v2, else APEv2, else ID3v1 has it (TagLib's order).

    What mutagen cannot read is not there.
    """
    try:
        reader.seek(0)
        ape, _ = read_apev2(reader, file)
    except ExcessiveError:
        raise
    except MalformedError:
        return _id3(reader, file)
    return TagSet({**_id3(reader, file), **ape, **_id3(reader, file, load_v1=False)})


def _id3(reader: io.BufferedReader, file: SourceFile, load_v1: bool = True) -> TagSet:
    """The ID3v2 tag in front, and what an ID3v1 tag at the end adds to it."""
    from mutagen.id3 import ID3

    try:
        front = with_plain_tag(reader, file.stamp.size)
        front.seek(0)
        return from_mutagen(SimpleNamespace(tags=ID3(front, load_v1=load_v1)))
    except (ExcessiveError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - mutagen raises anything on hostile tags
        return TagSet()


def read_mp4_tags(reader: io.BufferedReader, file: SourceFile) -> TagSet:
    """The tags of an MP4 whatever its sound is; none where mutagen cannot read them."""
    from mutagen.mp4 import Atoms, MP4Tags

    check_mp4(reader, file.stamp.size)
    try:
        reader.seek(0)
        return from_mutagen(SimpleNamespace(tags=MP4Tags(Atoms(reader), reader)))
    except (ExcessiveError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - mutagen raises anything on hostile tags
        return TagSet()


def read_apev2(reader: io.BufferedReader, file: SourceFile) -> tuple[TagSet, AudioFormat]:
    """The APEv2 tag alone, whatever the stream is; raises MalformedError where there is none."""
    from mutagen.apev2 import APEv2

    check_ape(reader, file.stamp.size)
    reader.seek(0)
    try:
        tags = APEv2(reader)
    except (ExcessiveError, MemoryError):
        raise
    except Exception as error:
        raise MalformedError("its header or tags are damaged") from error
    return from_mutagen(SimpleNamespace(tags=tags)), AudioFormat("", "")


def read_tinytag(reader: io.BufferedReader, file: SourceFile) -> tuple[TagSet, AudioFormat]:
    """Tags and facts; raises MalformedError where tinytag cannot make sense of the file."""
    from tinytag import TinyTag

    try:
        opened = TinyTag.get(file_obj=reader, filename=file.path.rsplit("/", 1)[-1])
    except (ExcessiveError, MemoryError):
        raise
    except Exception as error:
        raise MalformedError("its header or tags are damaged") from error
    rate = int(opened.samplerate or 0)
    samples = int((opened.duration or 0) * rate) or None
    suffix = file.path.rsplit(".", 1)[-1].lower()
    return from_tinytag(opened), AudioFormat(suffix, suffix, rate, int(opened.channels or 0), 0, samples)


def _facts(opened: Any) -> AudioFormat:
    container, codec = _KINDS.get(type(opened).__name__, (type(opened).__name__.lower(),) * 2)
    info = opened.info
    rate = _int(getattr(info, "sample_rate", 0))
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
