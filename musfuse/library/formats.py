"""What people call kinds of audio, and what a track's container and codec are called here."""

_CALLED = {
    "wv": "wavpack", "m4a": "mp4", "m4b": "mp4", "m4r": "mp4", "m4p": "mp4", "oga": "ogg", "aif": "aiff",
    "aifc": "aiff", "afc": "aiff", "wave": "wav", "bwf": "wav", "snd": "au", "mp1": "mp3", "mp2": "mp3", "mpga": "mp3",
    "adts": "aac", "mac": "ape", "monkeysaudio": "ape", "musepack": "mpc", "mp+": "mpc", "mpp": "mpc", "spx": "speex",
    "shn": "shorten", "ofr": "optimfrog", "ofs": "optimfrog", "mka": "matroska", "eac3": "ac3", "trueaudio": "tta",
    "dsdiff": "dff",
}  # fmt: skip
_KNOWN = frozenset(
    "flac mp3 ogg vorbis opus speex theora mp4 aac alac asf wma ape wavpack tta mpc dsd dsf dff tak optimfrog shorten "  # noqa: SIM905
    "matroska ac3 wav rf64 w64 aiff caf au pcm float double ulaw alaw".split()
)
NAMES = _KNOWN | _CALLED.keys()
"""All that a kind of audio may be called, in lower case."""


def is_of_format(name: str, container: str, codec: str) -> bool:
    """Whether a track is of the kind that somebody calls `name`: an extension, a container, a codec or its family."""
    called = _CALLED.get(name.lower(), name.lower())
    return called in (container.lower(), codec.lower()) or codec.lower().startswith(f"{called}_")
