"""Options of the automatic backups."""

from dataclasses import dataclass

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class BackupOptions:
    """Automatic backups of what cannot be made again."""

    keep: int = option(7, "days of which an automatic backup is kept, 1 GiB in all; 0 makes none", at_least(0), "days")
    hours: int = option(1, "an automatic backup is this old before the next is made", at_least(1), "hours")


BACKUP = Section("backup", BackupOptions)
