"""The formats that every library knows, in the order in which they are asked whether a file is theirs."""

from musfuse.media.formats.registry import FormatRegistry

BUILT_IN = tuple(
    f"musfuse.media.formats.{name}"
    for name in (
        "flac", "wav", "rf64", "w64", "aiff", "caf", "au", "ogg", "mp4", "ape", "wavpack", "tta", "mpc", "dsf", "dff",
        "asf", "tak", "shorten", "optimfrog", "matroska", "ac3", "aac", "mpeg",
    )
)  # fmt: skip


def default_formats() -> FormatRegistry:
    """A registry of these."""
    return FormatRegistry(BUILT_IN)
