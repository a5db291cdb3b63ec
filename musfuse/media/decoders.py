"""Which decoder reads which original."""

from musfuse.errors import UnsupportedError
from musfuse.media.avpcm import AvPcm, decodes
from musfuse.media.pcm import PcmSource, RangePcm, SndfilePcm, can_encode
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin


def open_pcm(
    origin: Origin,
    file: SourceFile,
    fmt: AudioFormat,
    sequential: bool = False,
    pcm_range: tuple[int, int | None] = (0, None),
) -> PcmSource:
    """A decoder for a format that can be encoded exactly. Raises UnsupportedError, MalformedError.

    `sequential`: its timestamps are known to lie. `pcm_range`: only these samples (first; number, None for the rest).
    """
    if not can_encode(fmt):
        raise UnsupportedError(f"{origin.name}/{file.path}: {fmt.codec} is served as it is")
    source: PcmSource = AvPcm(origin, file, fmt, sequential) if decodes(fmt) else SndfilePcm(origin, file)
    return source if pcm_range == (0, None) else RangePcm(source, *pcm_range)
