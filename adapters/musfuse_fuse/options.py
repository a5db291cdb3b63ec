"""Options of the FUSE face. Nothing of a binding is imported here."""

from dataclasses import dataclass
from typing import Literal

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class FuseOptions:
    """The FUSE face."""

    binding: Literal["mfusepy", "fusepy"] = option("mfusepy", "Python binding of libfuse")
    threads: int = option(256, "threads of the FUSE loop at most (libfuse 3.12 or newer)", at_least(32), "threads")
    allow_other: bool = option(False, "let other users read the drive (needs user_allow_other in /etc/fuse.conf)")
    cache_seconds: int = option(
        60, "how long the kernel keeps names and attributes that it is not told to forget (0: it asks each time)",
        at_least(0), "seconds",
    )  # fmt: skip
    mac_files: Literal["refuse", "keep"] = option(
        "refuse", "what macOS puts beside files (.DS_Store, ._*), where a view may be rearranged: refuse it, or keep it"
        " while the drive is mounted",
    )  # fmt: skip


FUSE = Section("fuse", FuseOptions)
