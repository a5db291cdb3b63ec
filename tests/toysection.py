"""A section that no file but this one knows: an option of each type, and a secret."""

from dataclasses import dataclass
from typing import Literal

from musfuse.app.sections import BUILT_IN
from musfuse.config import Section, Sections
from musfuse.config.option import at_least, option
from musfuse.config.secrets import Secret


def _short(value: str) -> str | None:
    return "is longer than 20 characters" if len(value) > 20 else None


@dataclass(frozen=True, slots=True)
class ToyOptions:
    """A shelf of toys."""

    colour: Literal["red", "green"] = option("red", "colour of the shelf")
    boards: int = option(3, "boards that it has", at_least(1), "boards")
    locked: bool = option(False, "whether it is locked")
    label: str = option("toys", "what is written on it", _short)
    key: Secret = option(Secret(), "opens it")


TOY = Section("toy", ToyOptions)
SECTIONS = Sections((*BUILT_IN, TOY))
