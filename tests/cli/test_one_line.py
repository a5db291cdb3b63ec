"""Every command where its paths are no use: one message that names the path as it was typed, and nothing is made."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest
import sound
from drive.albums import cover
from tests_support import fill, needs_program, small_disk
from warm import WITHOUT_POWERS

from cli import inprocess
from musfuse.cli import _COMMANDS, cli

# What each command is given, a <slot> where a path stands; each slot in turn gets a path that is no use.
ROWS = {
    "mount": "mount --library <library> --config <config> <source> <mountpoint>",
    "unmount": "unmount <mountpoint>",
    "serve": "serve --no-http --library <library> --config <config> <source>",
    "stop": "stop --library <library>",
    "shutdown": "shutdown --library <library>",
    "status": "status --library <library>",
    "scan": "scan --library <library> --config <config> <source>",
    "index": "index --library <library> --config <config>",
    "jobs list": "jobs list --library <library>",
    "jobs show": "jobs show --library <library> 1",
    "jobs cancel": "jobs cancel --library <library> 1",
    "jobs wait": "jobs wait --library <library> 1",
    "report": "report --library <library>",
    "ls": "ls --library <library> --config <config> <place>",
    "find": "find --library <library> <place>",
    "search": "search --library <library> sort:title",
    "info": "info --library <library> --config <config> <place>",
    "tag show": "tag show --library <library> <place>",
    "tag set": "tag set --library <library> --config <config> <place> -- genre=Rock",
    "tag clear": "tag clear --library <library> --config <config> <place> -- genre",
    "tag lock": "tag lock --library <library> --config <config> <place>",
    "tag unlock": "tag unlock --library <library> --config <config> <place>",
    "tag log": "tag log --library <library> <place>",
    "tag undo": "tag undo --library <library> --config <config>",
    "tag export": "tag export --library <library> --to <new> <place>",
    "tag import": "tag import --yes --library <library> --config <config> <file>",
    "art set": "art set --library <library> --config <config> <place> <file>",
    "art clear": "art clear --library <library> --config <config> <place>",
    "art show": "art show --library <library> --config <config> <place>",
    "source list": "source list --library <library>",
    "source add": "source add --library <library> --config <config> <source>",
    "source show": "source show --library <library> <moved>",
    "source set": "source set --library <library> --config <config> <moved> priority=7",
    "source remove": "source remove --library <library> --config <config> <moved>",
    "source restore": "source restore --library <library> --config <config> <moved>",
    "source move": "source move --library <library> --config <config> <moved> <source>",
    "backup": "backup --library <library> <new>",
    "backup --restore": "backup --library <library> --restore <file>",
    "library check": "library check --library <library>",
    "library repair": "library repair --yes --library <library>",
    "library vacuum": "library vacuum --library <library> --config <config>",
    "library backup": "library backup --library <library> <new>",
    "library restore": "library restore --yes --library <library> <file>",
    "rescan": "rescan --library <library> --config <config>",
    "view list": "view list --library <library>",
    "view show": "view show --library <library> main",
    "view add": "view add --library <library> --config <config> bike --template $title",
    "view set": "view set --library <library> --config <config> car --policy original",
    "view remove": "view remove --library <library> --config <config> car",
    "view log": "view log --library <library> --config <config>",
    "view undo": "view undo --library <library> --config <config>",
    "view reset": "view reset --library <library> --config <config>",
    "rate": "rate --library <library> --config <config> <place> 4",
    "star": "star --library <library> --config <config> <place>",
    "history list": "history list --library <library>",
    "history clear": "history clear --library <library> --config <config>",
    "cache stats": "cache stats --library <library> --config <config>",
    "cache clear": "cache clear --library <library> --config <config> <moved>",
    "cache verify": "cache verify --library <library> --config <config>",
    "cache pin": "cache pin --library <library> --config <config> <place>",
    "cache unpin": "cache unpin --library <library> --config <config> <place>",
    "prefetch tracks": "prefetch tracks --library <library> --config <config> <place>",
    "prefetch status": "prefetch status --library <library>",
    "collection list": "collection list --library <library>",
    "collection show": "collection show --library <library> Jazz",
    "collection create": "collection create --library <library> --config <config> New genre:rock",
    "collection edit": "collection edit --library <library> --config <config> Jazz genre:rock",
    "collection delete": "collection delete --library <library> --config <config> Jazz",
    "collection export": "collection export --library <library> --to <new> Jazz",
    "playlist list": "playlist list --library <library>",
    "playlist show": "playlist show --library <library> Mix",
    "playlist create": "playlist create --library <library> --config <config> Other <place>",
    "playlist add": "playlist add --library <library> --config <config> Mix <place>",
    "playlist remove": "playlist remove --library <library> --config <config> Mix --number 1",
    "playlist delete": "playlist delete --library <library> --config <config> Mix",
    "export": "export --library <library> --to <new> <place>",
    "sync": "sync --dry-run --library <library> --config <config> <device>",
    "import": "import --yes --library <library> --config <config> beets <file>",
    "events": "events --library <library> --config <config>",
    "webhook list": "webhook list --library <library> --config <config>",
    "webhook add": "webhook add --library <library> --config <config> https://example.com/",
    "webhook test": "webhook test --library <library> --config <config> http://127.0.0.1:9/",
    "webhook log": "webhook log --library <library> --config <config>",
    "webhook remove": "webhook remove --library <library> --config <config> http://127.0.0.1:9/",
    "user list": "user list --library <library>",
    "user add": "user add --library <library> --config <config> --no-password bob",
    "user passwd": "user passwd --library <library> --config <config> --no-password ann",
    "user role": "user role --library <library> --config <config> ann admin",
    "user rights": "user rights --library <library> --config <config> --all ann",
    "user remove": "user remove --library <library> --config <config> --dry-run ann",
    "user devices": "user devices --library <library> ann",
    "user key": "user key --library <library> --config <config> ann phone",
    "user revoke": "user revoke --library <library> --config <config> --all ann",
    "token list": "token list --library <library>",
    "token create": "token create --library <library> --scope read",
    "token revoke": "token revoke --library <library> 1",
    "log": "log --library <library> --config <config>",
    "metrics": "metrics --library <library>",
    "config show": "config show --config <config>",
    "config set": "config set --config <config> --save view.unindexed hide",
    "config path": "config path --config <config>",
    "config init": "config init --config <new>",
    "doctor": "doctor --library <library> --config <config>",
    "completion": "completion bash",
    "demo": "demo",
}
FILES = {"art set": "picture.png", "import": "library.db", "backup --restore": "kept.db", "library restore": "kept.db"}
READS_ONLY = {
    "status", "report", "ls", "find", "tag show", "tag log", "tag export", "art show", "source list", "source show",
    "backup", "library backup", "library check", "library repair", "view list", "view show", "view log", "history list", "prefetch status", "search",
    "collection list", "collection show", "collection export", "playlist list", "playlist show", "export", "events", "log", "webhook list", "webhook log", "token list", "user list", "user devices", "doctor", "jobs list", "jobs show", "jobs cancel", "jobs wait",
}  # fmt: skip
NEEDS_NO_OWNER = {name for name in READS_ONLY - {"status", "doctor"} if not name.startswith("jobs")} | {
    "token create", "token revoke",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """`bad` stands in `slot`, and is to be named; `works`: the command need not mind."""

    command: str
    slot: str
    bad: str
    works: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    vanished: bool = False
    out: str = ""

    def args(self, home: Path, number: int) -> list[str]:
        """The command's; what it may make is `new/` and the number."""
        good = {
            "library": "lib", "config": "config.toml", "source": "music", "mountpoint": "mnt", "new": f"new/{number}",
            "device": "stick", "file": FILES.get(self.command, "tags.csv"),
        }  # fmt: skip
        given = {slot: str(home / name) for slot, name in good.items()}
        given |= {"place": "Ann/Best", "moved": (home / "source").read_text()}
        given |= {"source": str(home / "more")} if self.command == "source move" else {}
        given |= {self.slot: self.bad}
        return [re.sub("<(.*)>", lambda slot: given[slot[1]], word) for word in ROWS[self.command].split()]


def slots(command: str) -> list[str]:
    return re.findall("<(.*?)>", ROWS[command])


Check = Callable[[list[Case]], None]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a library of one track, that is copied for every condition."""
    home = tmp_path_factory.mktemp("one_line") / "home"
    for name in ("music", "more", "mnt", "new", "folder", "stick"):
        (home / name).mkdir(parents=True)
    sound.write(home / "music/1.flac", title="One", artist="Ann", album="Best")
    (home / "folder/inside").write_text("x")
    (home / "file").write_text("x")
    (home / "config.toml").write_text("")
    (home / "picture.png").write_bytes(cover((8, 8), "PNG"))
    (home / "source").write_text(str(home / "music"))
    shutil.copyfile(Path(__file__).parents[1] / "library/exchange/samples/beets-1.6.0.db", home / "library.db")
    (home / "tags.csv").write_text(f"path,title\n{home}/music/1.flac,Two\n")
    for args in (
        ("scan", "--library", "lib", "music"),
        ("tag", "set", "--library", "lib", "artist:ann", "--", "genre=Jazz"),
        ("view", "add", "--library", "lib", "car", "--template", "$title by $artist"),
        ("collection", "create", "--library", "lib", "Jazz", "genre:jazz"),
        ("playlist", "create", "--library", "lib", "Mix", "artist:ann"),
        ("webhook", "add", "--library", "lib", "--secret", "env:NONE", "http://127.0.0.1:9/"),
        ("token", "create", "--library", "lib", "--scope", "read"),
        ("user", "add", "--library", "lib", "--no-password", "owner"),
        ("user", "add", "--library", "lib", "--no-password", "ann"),
        ("backup", "--library", "lib", "kept.db"),
    ):
        with chdir(home):
            inprocess.run(*args)
    return home


@pytest.fixture
def home(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it, in which what is `closed` cannot be looked into."""
    home = tmp_path / "home"
    shutil.copytree(library, home)
    (home / "closed").mkdir(mode=0)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    yield home
    (home / "closed").chmod(0o700)


@pytest.fixture
def check(home: Path, tmp_path: Path) -> Check:
    """Runs cases, all of them in forks of one process that has no power over what is closed."""

    def check(cases: list[Case]) -> None:
        asked = []
        for number, case in enumerate(cases):
            here = home if not case.vanished else tmp_path / f"vanishes{number}"
            here.mkdir(exist_ok=True)
            asked.append((case.args(home, number), str(here), case.vanished, case.environment, case.out))
        before = names(home)
        done = subprocess.run(
            [*without_powers(), sys.executable, Path(__file__).with_name("cases.py")], cwd=home,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, input=json.dumps(asked), capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        problems = []
        answers = json.loads(done.stdout)
        for number, (case, (args, *_), (code, out, err)) in enumerate(zip(cases, asked, answers, strict=True)):
            new = home / f"new/{number}"
            problem = wrong(case, home, code, out, err) or "something was made" * (code != 0 and new.exists())
            if problem:
                problems.append(f"{problem}: musfuse {' '.join(args)}: exit {code}\n{out[-300:]}{err[-1500:]}")
        assert not problems, "\n\n".join([f"{len(problems)} of {len(cases)}", *problems])
        assert names(home) == before

    return check


def without_powers() -> tuple[str, ...]:
    """What makes of root one whom permissions stop."""
    if os.geteuid() != 0:
        return ()
    needs_program("setpriv")
    return WITHOUT_POWERS


def names(home: Path) -> set[str]:
    """All that lies in a home, but what a library keeps for itself."""
    paths = {path.relative_to(home) for path in home.rglob("*")}
    return {str(path) for path in paths if path.parts[0] not in ("lib", "new") and "library" not in path.parts}


def wrong(case: Case, home: Path, code: int, out: str, err: str) -> str:
    """What is wrong with how a case ended, '' where nothing is."""
    if "Traceback" in err or "Exception ignored" in err:
        return "a traceback"
    if case.works and code == 0:
        return "" if not err.startswith(("musfuse:", "Error:")) else "a complaint of what works"
    if code not in (1, 2, 3, 4):
        return "not a documented exit code"
    said = err or "".join(line + "\n" for line in out.splitlines() if " fails " in line)  # a check of `doctor`
    message = said.splitlines()
    starts = [line for line in message if line.startswith(("musfuse: ", "Error: "))]
    if err and (len(starts) != 1 or len(message) > 3):
        return "not one message"
    text = " ".join(message)
    if case.bad not in text:
        return "the path is not named as it was typed"
    if not case.bad.startswith("/") and str(home / case.bad.removeprefix("~/")) in text:
        return "the path is named as it was not typed"
    if not re.search(r": .+[;,.:] .+", text):
        return "nothing says what to do"
    return ""


def test_every_command_has_a_row() -> None:
    found = set[str]()

    def look(command: click.Command, path: list[str]) -> None:
        if not isinstance(command, click.Group):
            found.add(" ".join(path))
        for name, below in getattr(command, "commands", {}).items():
            look(below, [*path, name])

    for name in _COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        look(command, [name])
    assert found == {name.partition(" --")[0] for name in ROWS}


def runtime_folders(bad: str) -> list[Case]:
    """Every command that looks for owners, with the folder of their sockets at `bad`."""
    return [
        Case(command, "", bad, command in NEEDS_NO_OWNER, environment={"MUSFUSE_RUNTIME_DIR": bad})
        for command in ROWS
        if command not in ("completion", "backup --restore", "library restore", "library repair")
        and "config" not in command
    ]  # fmt: skip


def test_below_a_folder_that_cannot_be_looked_into(check: Check) -> None:
    check([
        Case(command, slot, bad, works=command == "config path" or (command, slot) == ("doctor", "library"))
        for command in ROWS for number, slot in enumerate(slots(command))
        for bad in ("closed/x", "~/closed/x")[: 2 - number % 2]
    ])  # fmt: skip


def test_a_file_for_a_folder_and_a_folder_for_a_file(check: Check) -> None:
    wants_file = {"config", "file", "new"}
    check([
        Case(command, slot, bad, works=command == "config path")
        for command in ROWS for slot in slots(command)
        for bad in (("folder",) if slot in wants_file else ("file", "file/x"))
    ])  # fmt: skip


def test_no_place_for_sockets(check: Check) -> None:
    check(runtime_folders("closed/x"))
    check([case for case in runtime_folders("file") if case.command in ("mount", "unmount", "status")])


def on_disk(disk: str) -> list[Case]:
    """What would write to a disk."""
    return [
        Case(command, slot, f"{disk}/{slot}", works=command in READS_ONLY and slot == "library")
        for command in ROWS for slot in slots(command) if slot in ("library", "new")
    ]  # fmt: skip


def test_a_read_only_disk(check: Check, home: Path) -> None:
    with small_disk(home / "ro", 4096) as disk:
        shutil.copytree(home / "lib", disk / "library")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        check(on_disk("ro") + runtime_folders("ro/run"))


def test_a_full_disk(check: Check, home: Path) -> None:
    with small_disk(home / "full", 4096) as disk:
        shutil.copytree(home / "lib", disk / "library")
        for slot in ("new", "library"):
            fill(disk)  # again: commands on a library give room back
            check([case for case in on_disk("full") if case.slot == slot])


def test_standard_output_on_a_full_disk(check: Check) -> None:
    silent = (
        "mount", "unmount", "demo", "backup", "library backup", "backup --restore", "config init", "tag export", "export",
        "collection export", "events", "metrics", "webhook test", "shutdown", "view undo",
    )  # fmt: skip
    says = [command for command in ROWS if command not in silent]
    check([Case(command, "", "standard output", out="/dev/full") for command in says])


def test_a_working_directory_that_vanished(check: Check) -> None:
    check([
        Case(command, slot, "x", vanished=True, works=command == "config path")
        for command in ROWS for slot in slots(command)
    ])  # fmt: skip
