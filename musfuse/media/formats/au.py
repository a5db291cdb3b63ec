"""AU: the sound files of Sun and NeXT, and those of DEC with the bytes the other way round."""

from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.sndfile import SAMPLES, open_by_sndfile, read_by_sndfile
from musfuse.media.identity.chunks import chunk_spans

FORMATS = (
    Format(
        "au",
        "AU",
        frozenset({"au", "snd"}),
        begins(b".snd", b"dns."),
        read_by_sndfile,
        pcm=open_by_sndfile,
        audio=chunk_spans,
        codecs=SAMPLES,
    ),
)
