"""The licences of everything that is shipped, in one folder with a table, for people who look for them."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from winsetup.errors import BuildError
from winsetup.target import ROOT, WINDOWS
from winsetup.wheels import Wheel

_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors|copyright)", re.IGNORECASE)
_NO_TEXT = (".py", ".pyc", ".pyi", ".dll", ".pyd")


def gathered(wheels: Iterable[Wheel], python: dict[str, bytes], version: str) -> dict[str, bytes]:
    """Files below the installed program's folder of licences. Raises BuildError where a package has none."""
    notices = tomllib.loads((WINDOWS / "notices.toml").read_text("utf-8"))
    files = {
        "musfuse/LICENSE.txt": (ROOT / "LICENSE").read_bytes(),
        "python/LICENSE.txt": python["LICENSE.txt"],
    }
    rows = [("musfuse", version, "MIT", ""), ("python", "3.11", "PSF-2.0", "with what its licence lists")]
    for wheel in wheels:
        notice = notices.get(wheel.name, {})
        ours = {name: (WINDOWS / "licences" / name).read_bytes() for name in notice.get("texts", ())}
        texts = dict(_texts(wheel)) | ours
        if not texts:
            raise BuildError(
                f"{wheel.path}: has no licence in it; name its text in installer/windows/notices.toml and lay it beside"
            )
        files |= {f"{wheel.name}/{name}": text for name, text in texts.items()}
        rows.append((wheel.name, wheel.version, notice.get("licence") or _licence(wheel), notice.get("note", "")))
    files["index.txt"] = _table(rows).encode()
    return files


def _texts(wheel: Wheel) -> Iterator[tuple[str, bytes]]:
    """(flat name, bytes) of the licence texts in a wheel."""
    for member, data in wheel.members():
        name = member.rpartition("/")[2]
        if _TEXT.search(name) and not name.endswith(_NO_TEXT):
            below = re.sub(r"^[^/]+\.dist-info/(licenses/)?", "", member).replace("/", "-")
            yield below if "." in name else f"{below}.txt", data


def _licence(wheel: Wheel) -> str:
    """What a package says that its licence is, in a line."""
    metadata = wheel.metadata()
    said = metadata.get("License-Expression") or metadata.get("License")
    first = str(said).strip().splitlines()[0] if said else ""
    if 0 < len(first) <= 40:
        return first
    classifiers = [text.split(" :: ") for text in metadata.get_all("Classifier") or ()]
    return ", ".join(parts[-1] for parts in classifiers if parts[0] == "License") or "see its text"


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    lines = ["What musfuse for Windows brings, and under which licences. The texts lie in the folders beside.", ""]
    for name, version, licence, note in sorted(rows):
        lines.append(f"{name} {version}: {licence}")
        if note:
            lines.append(f"    {note}")
    return "\r\n".join((*lines, ""))


def about(version: str, path: Path = WINDOWS / "about.txt") -> bytes:
    """The text about the program, for Windows' editor."""
    return path.read_text("utf-8").replace("@VERSION@", version).replace("\n", "\r\n").encode("utf-8-sig")
