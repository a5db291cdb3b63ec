"""Every example of README.md and docs/ is pasted into a shell, in the order they stand in, by somebody who has some music.

An example is a line of an indented or `sh` block. A block below a line that ends in `~/PATH`: is written to that file.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import sound
import warm
from conftest import needs_fuse

from musfuse.app.sections import default_sections
from musfuse.config import load_config

ROOT = Path(__file__).parents[1]
SHELL = "sh"
# Languages of blocks that hold no examples to run, and why.
NOT_SHELL = {
    "text": "output, syntax, or another program's configuration",
    "toml": "a configuration; it is loaded instead",
    "python": "a client of gRPC; tests/gateway/test_who_may_call.py runs it",
    "bat": "for Windows: tests/windows/test_typed.py types it",
}
# How examples begin that are not run, and why.
NOT_RUN = {
    "git clone": "fetches from elsewhere",
    "scripts/test": "runs this test",
    "scripts/coverage": "runs this test",
    "mpd ": "scripts/bench/clients.sh runs it, where it can be installed",
    "MPD_HOST=": "scripts/bench/clients.sh runs mpc",
    "systemctl": "needs a login session that systemd keeps",
    "musfuse source add sftp://": "tests/mount/test_far.py runs it, with a server",
    "musfuse source add s3://": "tests/mount/test_far.py runs it, with a server",
    "musfuse cache clear nas": "tests/cli/test_cache.py runs it, with a server",
    "musfuse source set nas ": "is about what that would add",
}
# Programs that say nothing when all is well, and those that say it beside what they write.
SILENT = (
    "mkdir", "rsync", "mpv", "musfuse log --level warning", "musfuse status --check", "musfuse export --to", "musfuse collection export",
    "musfuse events", "cp", "mv", "rm",
)  # fmt: skip
MUSFUSE = """#!/bin/sh
[ $# -gt 0 ] || set -- demo
exec {}
"""
# Where mpv is not installed, the reference decoder plays what it would.
PLAYER = """#!/bin/sh
found=$(find "$@" -name '*.flac' -print -exec flac -t -s {} +) && [ -n "$found" ]
"""


@dataclass(frozen=True)
class Block:
    """A block of code: the file and line where it begins, what it is, and the file (`~/PATH`) it is told to lie in."""

    page: str
    line: int
    language: str
    lines: tuple[str, ...]
    file: str = ""

    def examples(self) -> Iterator[str]:
        if self.language == SHELL:
            joined = "\n".join(self.lines).replace("\\\n", " ")
            yield from (line for line in joined.splitlines() if line and not line.startswith("#"))


def pages() -> list[Path]:
    """README.md, then the pages of docs/ in the order in which it leads to them."""
    linked = dict.fromkeys(re.findall(r"\((docs/\w+\.md)", (ROOT / "README.md").read_text()))
    return [ROOT / "README.md", *(ROOT / page for page in linked)]


def blocks() -> Iterator[Block]:
    for page in pages():
        found = re.finditer(
            r"(?P<before>[^\n]*)\n\n(?:```(?P<language>\w*)\n(?P<fenced>.*?)\n```$|(?P<indented>(?: {4}[^\n]*(?:\n|$))+))",
            page.read_text(), re.DOTALL | re.MULTILINE,
        )  # fmt: skip
        for match in found:
            text = match["fenced"] or match["indented"]
            file = re.search(r"`~/([^`]+)`.*:$", match["before"])
            yield Block(
                str(page.relative_to(ROOT)),
                page.read_text()[: match.start()].count("\n") + 3,
                SHELL if match["indented"] else match["language"],
                tuple(line.strip() if match["indented"] else line for line in text.splitlines()),
                file[1] if file else "",
            )


def is_run(example: str) -> bool:
    return not example.startswith(tuple(NOT_RUN))


def make_home(home: Path) -> None:
    """The music, pictures and devices that the examples name."""
    music = home / "Music"
    for artist, album, date, title, suffix in (
        ("Pink Floyd", "Animals", "1976", "Dogs", "wav"), ("Pink Floyd", "Animals", "1976", "Sheep", "aiff"),
        ("Pink Floyd", "Meddle", "1970", "Echoes", "flac"), ("Pink Floyd", "Meddle", "", "Seamus", "mp3"),
        ("Pink Floyd", "The Wall", "1979", "Hey You", "mp3"),
        ("The Beatles", "Abbey Road", "1969", "Something", "wav"), ("The Beatles", "Let It Be", "1970", "Two of Us", "flac"),
        ("Sigur Rós", "( )", "2002", "Untitled", "wav"),
    ):  # fmt: skip
        tags = {
            "artist": artist,
            "album": album,
            "title": title,
            "tracknumber": "1",
            **({"date": date} if date else {}),
            **({"genre": "Jazz"} if artist == "Sigur Rós" else {}),
        }
        sound.write(music / artist / album / f"{title}.{suffix}", **tags)
    sound.write(home / "media/usb/Music/Stray.wav", artist="Ann", album="Found", title="Stray")
    for disk in ("nas", "disk"):
        sound.write(home / f"media/{disk}/Music/Far.wav", artist="Ann", album="Found", title="Far")
    for device in ("walkman", "stick"):
        (home / f"media/{device}").mkdir()
    (music / "broken.flac").write_bytes(b"fLaC")
    (home / ".config/beets").mkdir(parents=True)
    make_libraries(home)
    for name, form in (("animals.jpg", "JPEG"), ("meddle.jpg", "JPEG"), ("back.png", "PNG")):
        (home / name).write_bytes(sound.picture(200, form))
    (home / ".config/mpv").mkdir(parents=True)
    (home / ".config/mpv/mpv.conf").write_text("ao=null\nao-null-untimed=yes\nvo=null\nvid=no\n")


def make_libraries(home: Path) -> None:
    """What other programs keep."""
    from library.exchange import itunesxml, test_mpd, test_navidrome

    shutil.copyfile(ROOT / "tests/library/exchange/samples/beets-2.14.1.db", home / ".config/beets/library.db")
    (home / "Library.xml").write_text(itunesxml.library([{"Location": f"file://{home}/Music/x.mp3", "Name": "x"}]))
    for name, tables in (("navidrome.db", test_navidrome.NEW), ("sticker.sql", test_mpd.TABLES)):
        with closing(sqlite3.connect(home / name)) as db:
            db.executescript(tables)
    (home / "Playlists").mkdir()
    (home / "Playlists/Mix.m3u8").write_text("../Music/Pink Floyd/Meddle/Echoes.flac\n")


class Shell:
    """A fresh HOME and checkout, in which examples are run one by one; devices below /media lie in HOME."""

    def __init__(self, home: Path) -> None:
        self.home, self.checkout = home, home / "musfuse"
        make_home(home)
        for path in (self.checkout / "scripts/run", home / "bin/musfuse"):
            self._program(path, MUSFUSE.format(warm.shell_line('"$@"')))
        if not any(Path(folder, "mpv").exists() for folder in os.get_exec_path()):
            self._program(home / "bin/mpv", PLAYER)
        self.sockets = tempfile.mkdtemp(prefix="mf")  # a socket's path may have 108 bytes
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("MUSFUSE_", "XDG_"))}
        self.env |= {
            "HOME": str(home), "XDG_RUNTIME_DIR": self.sockets, "LC_ALL": "C.UTF-8", "MUSFUSE_HTTP_LISTEN": "127.0.0.1:0",
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": f"{ROOT}:{ROOT / 'adapters'}",
        }  # fmt: skip

    def _program(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, example: str) -> subprocess.CompletedProcess[str]:
        pasted = example.replace("/media/", f"{self.home}/media/")
        return subprocess.run(
            ["bash", "-O", "failglob", "-c", pasted], cwd=self.checkout, env=self.env, capture_output=True, text=True
        )

    def close(self) -> None:
        for line in Path("/proc/self/mounts").read_text().splitlines():
            if str(self.home) in line.split()[1]:
                subprocess.run(["fusermount3", "-u", "-z", line.split()[1]], capture_output=True)
        shutil.rmtree(self.sockets, ignore_errors=True)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path)
    yield made
    made.close()


@needs_fuse
@pytest.mark.timeout(900)
def test_every_example_works_in_the_order_they_stand_in(shell: Shell) -> None:
    for block in blocks():
        if block.file:
            (shell.home / block.file).parent.mkdir(parents=True, exist_ok=True)
            (shell.home / block.file).write_text("\n".join(block.lines))
        for example in filter(is_run, block.examples()):
            done = shell.run(example)
            said = f"{block.page}, the block at line {block.line}: {example}\n{done.stdout}{done.stderr}"
            assert done.returncode == 0, said
            assert not re.search("Traceback|nothing to do", done.stdout + done.stderr), said
            assert done.stdout.strip() or example.startswith(SILENT), f"nothing is shown: {said}"
    for log in shell.home.rglob("musfuse.log"):
        assert "Traceback" not in log.read_text(), log.read_text()


def test_what_is_not_run_is_listed_with_a_reason() -> None:
    assert {block.language for block in blocks()} == {SHELL, *NOT_SHELL}
    left = [example for block in blocks() for example in block.examples() if not is_run(example)]
    assert {start for start in NOT_RUN for example in left if example.startswith(start)} == set(NOT_RUN)


def test_every_page_is_found_from_the_readme() -> None:
    assert set(pages()) == {ROOT / "README.md", *(ROOT / "docs").glob("*.md")}


def test_every_block_is_seen() -> None:
    """A fence or an indented line that the pattern above misses would never be run."""
    for page in pages():
        of_page = [block for block in blocks() if ROOT / block.page == page]
        text = page.read_text().splitlines()
        fences = sum(block.language != SHELL or text[block.line - 1].startswith("```") for block in of_page)
        assert sum(line.startswith("```") for line in text) == 2 * fences
        indented = sum(len(block.lines) for block in of_page if text[block.line - 1].startswith("    "))
        outside = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
        assert len(re.findall(r"^ {4}", outside, re.MULTILINE)) == indented


def test_configurations_are_accepted(tmp_path: Path) -> None:
    for block in blocks():
        if block.language == "toml":
            (tmp_path / "config.toml").write_text("\n".join(block.lines))
            assert "default" in load_config(default_sections(), tmp_path / "config.toml", env={}).origins.values()


def test_every_command_is_in_the_table() -> None:
    from musfuse.cli import _COMMANDS

    table = (ROOT / "docs/usage.md").read_text().split("## Commands")[1].split("## Exit codes")[0]
    assert set(re.findall(r"^\| `(\w+)", table, re.MULTILINE)) == set(_COMMANDS)


def test_the_clients_that_are_shown_are_those_of_the_script() -> None:
    script = (ROOT / "scripts/bench/clients.sh").read_text()
    shown = next(block.lines for block in blocks() if block.page == "docs/clients.md")
    *clients, drive, end = (line.split()[:2] for line in shown)
    assert [name for name, _ in clients] == re.findall(r"^client_(\w+)\(\)", script, re.MULTILINE)
    assert {word for _, word in [*clients, drive]} == {"passed"}
    assert end == [str(len(shown) - 1), "passed,"]
