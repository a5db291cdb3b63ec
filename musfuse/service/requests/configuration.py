"""Requests that change the configuration of the process that owns a library, while it runs."""

from typing import ClassVar, Literal

from musfuse.service.port import Answer, Request

Effect = Literal["now", "mount", "start"]
"""From when on a value counts: at once, for mounts that are made from now on, from the next start of a process on."""


class OptionSet(Answer, frozen=True):
    """What became of an option: its value before and now, as TOML writes them, and from when on that counts. `note`
    says more, where there is more to know. What counts from the next `start` on is not changed before."""

    option: str
    before: str
    value: str
    effect: Effect
    note: str = ""


class SetOption(Request[OptionSet], frozen=True):
    """Have an option, by its name, another value, written as in a variable of the environment. It lasts as long as the
    process. Raises ConfigError for an option or a value that can be none, FaceError where it cannot be listened at an
    address."""

    METHOD: ClassVar[str] = "config.set"
    option: str
    value: str

    @property
    def live(self) -> bool:
        """Only a process that runs can be changed."""
        return True


class Reloaded(Answer, frozen=True):
    """What is other in the configuration than when it was read last: what counts now, and what from the next start
    on."""

    now: tuple[str, ...]
    later: tuple[OptionSet, ...] = ()


class ReloadConfiguration(Request[Reloaded], frozen=True):
    """Read the configuration of the process anew, and take over of it what can be. Raises ConfigError where it is none:
    then nothing changes."""

    METHOD: ClassVar[str] = "config.reload"

    @property
    def live(self) -> bool:
        """Only a process that runs can be changed."""
        return True
