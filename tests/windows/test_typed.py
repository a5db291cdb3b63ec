"""What the pages tell a user of Windows to type, typed into cmd as it stands there, by one who has just got the installer.

PowerShell cannot be had where these tests run. Its own rules are held to by the lines: nothing in them means anything to it.
"""

import os
import re
import select
import subprocess
import time
from itertools import chain
from pathlib import Path

import pytest
import sound

from windows.building import OLD
from windows.machine import SETUP_SECONDS, Machine
from windows.prepare import CHECKOUT, windows_path

pytestmark = pytest.mark.timeout(1500)
PAGES = ("README.md", "docs/windows.md", "docs/usage.md")
NOT_TYPED = "py "
"""How lines begin that nobody can type here: Python's own launcher comes with python.org's installer."""
FOR_POWERSHELL = re.compile(r'musfuse( ([\w./:\\=*-]+|"[\w .:\\-]*[^\\]"))+')
"""Lines whose words PowerShell passes on as cmd does: it looks for no files that `*` may stand for on Windows."""
ENDS_IN_PROMPT = re.compile(rb"[A-Z]:\\[^\r\n>]*>$")


def blocks(page: str) -> list[list[str]]:
    """The lines of a page's blocks for Windows."""
    found = re.findall(r"^```bat\n(.*?)^```$", (CHECKOUT / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [[line for line in block.splitlines() if not line.startswith(NOT_TYPED)] for block in found]


MOUNTED = re.compile(r"mounted at ([^\r\n]+)")
PLACES = {"M:": "M:", "*": "Y:", "C:\\Drives\\Music": "C:\\Drives\\Music", "\\\\musfuse\\library": "Y:"}
"""By what was typed: Z: is Wine's."""
SETUP, REMOVAL = "start /wait musfuse-VERSION", '"%LOCALAPPDATA%'
ORIGINAL, DRIVE_FILE = "D:\\Music\\a.wav", "M:\\Ann\\First\\01 - One.flac"
ALL = [block for page in PAGES for block in blocks(page)]


def lines_of(start: str) -> list[str]:
    (block,) = (block for block in ALL if block[0].startswith(start))
    return block


def test_powershell_passes_these_words_on_as_cmd_does() -> None:
    typed = [line for block in ALL for line in block if line.startswith("musfuse ")]
    assert len(typed) >= 16
    assert [line for line in typed if not FOR_POWERSHELL.fullmatch(line)] == []


def prompt(machine: Machine, lines: list[str]) -> str:
    """Type lines into a prompt, each when it asks for one; what is shown. Fails where one of them fails."""
    with machine.start("cmd", "/d", stdin=subprocess.PIPE) as process:
        shown = asked(process)
        for line in lines:
            for typed in (line, "echo it ended with %ERRORLEVEL%."):
                shown += typed_into(process, typed)
        process.kill()
    return all_ended_well(shown, lines)


def typed_into(process: "subprocess.Popen[bytes]", line: str) -> str:
    """Type a line; what is shown until the next is asked for."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\r\n".encode("ascii"))
    process.stdin.flush()
    return asked(process)


def asked(process: "subprocess.Popen[bytes]") -> str:
    """What is shown up to the next `C:\\>`. What runs in the background may hold the pipe, so its end is not waited for."""
    assert process.stdout is not None
    shown, until = b"", time.monotonic() + SETUP_SECONDS
    while not ENDS_IN_PROMPT.search(shown):
        assert time.monotonic() < until, shown.decode(errors="replace")
        if select.select([process.stdout], [], [], 1)[0]:
            piece = os.read(process.stdout.fileno(), 65_536)
            assert piece, shown.decode(errors="replace")
            shown += piece
    return shown.decode("utf-8", "replace")


def batch(machine: Machine, lines: list[str]) -> str:
    """Run lines as a batch file; what is shown. Fails where one of them fails."""
    file = machine.folder / "lines.bat"
    file.write_text(
        "@echo off\n" + "".join(f"{line}\necho it ended with %ERRORLEVEL%.\n" for line in lines), newline="\r\n"
    )
    return all_ended_well(machine.run("cmd", "/d", "/c", windows_path(file), seconds=SETUP_SECONDS).output, lines)


def all_ended_well(output: str, lines: list[str]) -> str:
    assert re.findall(r"it ended with (\d+)\.", output) == ["0"] * len(lines), output
    return output


def test_from_the_installer_to_the_drive_and_back(machine: Machine, setups: dict[str, Path], music: Path) -> None:
    machine.letter("d").symlink_to(music.parent)
    music.rename(music.with_name("Music"))
    sound.write(music.with_name("Music") / "a.wav", title="One", artist="Ann", album="First", tracknumber="1")
    (machine.place / "prefix/drive_c/Drives").mkdir()
    shown = machine.folder / "drives/M/Ann/First"  # as the driver would show it
    shown.mkdir(parents=True)
    (shown / "01 - One.flac").touch()
    (machine.folder / setups["old"].name).symlink_to(setups["old"])
    setup = [line.replace("VERSION-setup", f"{OLD}-test-setup") for line in lines_of(SETUP)]
    batch(machine, setup)
    assert machine.log().splitlines()[-1].startswith(f"musfuse {OLD} is installed"), machine.log()

    with machine.letters():
        listed = prompt(machine, [*lines_of("musfuse doctor"), "musfuse tag show Ann"])
        assert listed.count("One.flac") >= 3, listed
        assert "Jazz" in listed
        told = prompt(machine, lines_of("musfuse config set"))
        assert "1 of 1 track" in told, told
        assert ".search/ann" in told, told
        assert "wh-" in told, told
        for name, place in (("Drive", DRIVE_FILE), ("Ann", ORIGINAL), ("Again", ORIGINAL)):
            lines = music.with_name(f"{name}.m3u8").read_text("utf-8").splitlines()
            assert [line for line in lines if not line.startswith("#")] == [place]
        assert f"Ann/First/01 - One.flac,{ORIGINAL}," in music.with_name("Library.csv").read_text("utf-8")
        for line in sorted(line for line in set(chain(*ALL)) if line.startswith("musfuse mount ")):
            # One at a time: Wine tells of no letter that came since it began, so the next that is free is the same.
            (where,) = MOUNTED.findall(prompt(machine, [line]))
            assert where == PLACES[line.split()[-1]]
            prompt(machine, [f"musfuse unmount {where}"])
    batch(machine, lines_of(REMOVAL))
    assert {entry.name for entry in machine.program.iterdir()} == {"Uninstall.exe"}
