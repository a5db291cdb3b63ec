"""Options of accounts, and of what is for old clients only."""

from dataclasses import dataclass

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """Accounts of who reaches the library over a network."""

    session_idle_days: int = option(30, "a session that was not used for so long ends", at_least(1), "days")
    session_days: int = option(365, "a session ends after so long, however much it is used", at_least(1), "days")


@dataclass(frozen=True, slots=True)
class SubsonicOptions:
    """What clients of the Subsonic API may do."""

    legacy_auth: bool = option(
        False,
        "take app passwords, for clients that know no API keys: such a client shows its password, or a hash of it that"
        " does not hide it well, with each request",
    )


ACCOUNTS = Section("accounts", AccountOptions)
SUBSONIC = Section("subsonic", SubsonicOptions)
