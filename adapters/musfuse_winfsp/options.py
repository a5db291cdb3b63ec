"""Options of the Windows face. Nothing of winfspy is imported here."""

from dataclasses import dataclass

from musfuse.config.option import option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class WinFspOptions:
    """The Windows face."""

    label: str = option("Music", "label of the volume, 32 characters at most")


WINFSP = Section("winfsp", WinFspOptions)
