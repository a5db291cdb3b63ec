"""Paths as they were typed, for messages. Commands work with absolute paths, and so do errors, the owner's too."""

import re
from pathlib import Path

import click


class Typed:
    """What was typed for the paths of one run of the program."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._places: dict[str, str] = {}

    def path(self, full: Path, typed: str) -> None:
        """Remember what stands for an absolute path."""
        if str(full) != typed:
            self._paths[str(full)] = typed

    def place(self, inside: str, typed: str) -> None:
        """Remember what stands for a path on the drive."""
        self._places[inside] = typed

    def restore(self, message: str) -> str:
        """A message that names what was typed, and what lies below it likewise. The log's path stays whole: it may be
        looked for from elsewhere, and later."""
        place = next((p for p in self._places if p and message.startswith(f"{p}: ")), None)
        if place is not None:  # only there: it may be a common word
            return self._places[place] + message[len(place) :]
        if not self._paths:
            return message
        from musfuse.app.state import LOG_NAME

        known = "|".join(map(re.escape, sorted(self._paths, key=len, reverse=True)))
        # Not in the middle of a path or a name.
        pattern = rf"(?<![\w/\\~.-])({known})(?![\w.-])(?!\S*[/\\]{re.escape(LOG_NAME)})"
        return re.sub(pattern, lambda found: self._paths[found[1]], message)


def typed() -> Typed:
    """The typed paths of the command that runs."""
    context = click.get_current_context(silent=True)
    return (context.find_object(Typed) if context else None) or Typed()
