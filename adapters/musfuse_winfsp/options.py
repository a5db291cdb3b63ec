"""Options of the Windows face. Nothing of winfspy is imported here."""

from dataclasses import dataclass

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class WinFspOptions:
    """The Windows face."""

    label: str = option("Music", "label of the volume, 32 characters at most")
    threads: int = option(
        96, "calls that WinFsp hands on at the same time; three quarters of them may wait for indexes",
        at_least(8), "threads",
    )  # fmt: skip
    list_seconds: int = option(
        15, "longest wait of one listing for the sizes of its files; the others appear as they become known",
        at_least(0), "seconds",
    )  # fmt: skip


WINFSP = Section("winfsp", WinFspOptions)
