"""Which decoder reads which original."""

from typing import TYPE_CHECKING

from musfuse.errors import UnsupportedError
from musfuse.media.pcm import PcmSource, RangePcm, can_encode
from musfuse.model import WHOLE, AudioFormat, SampleRange, SourceFile
from musfuse.origins import Origin
from musfuse.origins.places import place_in

if TYPE_CHECKING:
    from musfuse.media.formats.registry import FormatRegistry


def open_pcm(
    formats: "FormatRegistry",
    origin: Origin,
    file: SourceFile,
    fmt: AudioFormat,
    sequential: bool = False,
    sample_range: SampleRange = WHOLE,
) -> PcmSource:
    """A decoder for a format that can be encoded exactly. Raises UnsupportedError, MalformedError.

    `sequential`: its timestamps are known to lie. `sample_range`: only these samples.
    """
    known = formats.get(fmt.container)
    if known is None or known.pcm is None or not can_encode(fmt):
        raise UnsupportedError(f"{place_in(origin.name, file.path)}: {fmt.codec} is served as it is")
    source = known.pcm(origin, file, fmt, sequential)
    return source if sample_range.is_whole else RangePcm(source, sample_range)
