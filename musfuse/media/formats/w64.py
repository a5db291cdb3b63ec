"""Wave64: RIFF with 64-bit lengths."""

from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.sndfile import SAMPLES, open_by_sndfile, read_by_sndfile
from musfuse.media.identity.chunks import chunk_spans

FORMATS = (
    Format(
        "w64",
        "Wave64",
        frozenset({"w64"}),
        begins(b"riff\x2e\x91\xcf\x11"),
        read_by_sndfile,
        pcm=open_by_sndfile,
        audio=chunk_spans,
        codecs=SAMPLES,
    ),
)
