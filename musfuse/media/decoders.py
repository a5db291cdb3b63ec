"""Which decoder reads which original."""

from musfuse.errors import UnsupportedError
from musfuse.media.avpcm import AvPcm, decodes
from musfuse.media.pcm import PcmSource, SndfilePcm, can_encode
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin


def open_pcm(origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool = False) -> PcmSource:
    """A decoder for a format that can be encoded exactly. Raises UnsupportedError, MalformedError.

    `sequential`: its timestamps are known to lie.
    """
    if not can_encode(fmt):
        raise UnsupportedError(f"{origin.name}/{file.path}: {fmt.codec} is served as it is")
    if decodes(fmt):
        return AvPcm(origin, file, fmt, sequential)
    return SndfilePcm(origin, file)
