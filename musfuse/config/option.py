"""How an option is declared: a field of its section's dataclass, with help, a check and a unit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin


def option(default: Any, text: str, check: Callable[[Any], str | None] | None = None, unit: str = "") -> Any:
    """A dataclass field with help; `check` returns what is wrong with a value, or None; a number has a unit."""
    return field(default=default, metadata={"help": text, "check": check, "unit": unit})


def at_least(low: int) -> Callable[[int], str | None]:
    """A check for numbers."""
    return lambda value: None if value >= low else f"must be at least {low}"


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One declared option: `type` is bool, int, str, Secret or a Literal of texts; `unit` is empty where the value is
    no amount."""

    section: str
    key: str
    type: Any
    default: Any
    help: str
    check: Callable[[Any], str | None] | None
    unit: str

    @property
    def name(self) -> str:
        """`section.key`, as in messages and `config show`."""
        return f"{self.section}.{self.key}"

    @property
    def env(self) -> str:
        """Its environment variable."""
        return f"MUSFUSE_{self.section}_{self.key}".upper()

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a Literal, else nothing."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()
