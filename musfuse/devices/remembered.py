"""Where a library put files before, kept on this machine: so that an empty mountpoint is not taken for a new player."""

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musfuse.errors import StoreError, plainly


@dataclass(frozen=True, slots=True)
class Remembered:
    """A file with the id that names this library on devices, and the devices by their places and names."""

    path: Path

    def library(self) -> str:
        """The id that names this library on devices; one is made the first time. Raises StoreError."""
        said = self._read()
        if not said["library"]:
            said["library"] = secrets.token_hex(6)
            self._write(said)
        return str(said["library"])

    def device(self, place: str, name: str) -> str:
        """The id of the device that was at a place when something was put there last; '' for none."""
        return str(self._read()["devices"].get(_key(place, name), ""))

    def note(self, place: str, name: str, device: str) -> None:
        """Note which device is at a place. Raises StoreError."""
        said = self._read()
        if said["devices"].get(_key(place, name)) != device:
            said["devices"][_key(place, name)] = device
            self._write(said)

    def _read(self) -> dict[str, Any]:
        """What is kept; nothing where that cannot be read, since devices tell most of it themselves."""
        found: Any = None
        with suppress(OSError, ValueError):
            found = json.loads(self.path.read_text("utf-8"))
        said: dict[str, Any] = found if isinstance(found, dict) else {}
        library, devices = said.get("library"), said.get("devices")
        return {
            "library": library if isinstance(library, str) and library.isalnum() else "",
            "devices": devices if isinstance(devices, dict) else {},
        }

    def _write(self, said: dict[str, Any]) -> None:
        partial = self.path.with_name(f"{self.path.name}.new")
        try:
            with partial.open("w", encoding="utf-8") as out:
                json.dump(said, out, indent=1)
                out.flush()
                os.fsync(out.fileno())
            partial.replace(self.path)
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written: {plainly(error)}") from error


def _key(place: str, name: str) -> str:
    """Places may hold bytes that are no text, which JSON escapes."""
    return f"{name}@{place}"
