"""What holds the architecture: imports go one way, modules stay small, every module that holds logic has a test."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import sound

ROOT = Path(__file__).parents[1]
MODULES = [p for folder in ("musfuse", "adapters") for p in (ROOT / folder).rglob("*.py") if "_pb2" not in p.name]


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_god_files() -> None:
    """What is over a limit has its reason in scripts/structure.toml."""
    done = subprocess.run([sys.executable, ROOT / "scripts/structure.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    sizes = sorted(len(p.read_text().splitlines()) for p in MODULES)
    assert sizes[len(sizes) // 2] <= 150
    assert sum(size <= 200 for size in sizes) / len(sizes) > 0.75


def test_sql_stands_where_its_tables_are() -> None:
    """What else needs rows asks for them by names; so a schema can change in one place."""
    sql = re.compile(r"\b(SELECT|INSERT (OR \w+ )?INTO|UPDATE \S+ SET|DELETE FROM|CREATE (TABLE|INDEX|TRIGGER|VIEW))\s")
    homes = [ROOT / "musfuse" / home for home in ("library/catalog", "library/userdb", "store", "server/tables")]
    found = {path for path in MODULES if sql.search(path.read_text())}
    assert {str(p.relative_to(ROOT)) for p in found if not any(p.is_relative_to(home) for home in homes)} == set()
    assert all(any(p.is_relative_to(home) for p in found) for home in homes)


def first_cells(heading: str) -> set[str]:
    """What stands in the first column of the tables below a heading of docs/development.md."""
    section = (ROOT / "docs/development.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    return {line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")}


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra if "musfuse[" not in name),
    ]
    told = {re.sub(r" \(.*", "", name) for cell in first_cells("Dependencies, and why") for name in cell.split(", ")}
    assert told - {"package"} == {re.split(r"[<>=;]", name)[0] for name in wanted}


def test_every_folder_of_tests_is_explained() -> None:
    folders = {f"`{path.relative_to(ROOT)}/`" for path in (ROOT / "tests").iterdir() if any(path.glob("test_*.py"))}
    assert folders <= first_cells("Tests")


def test_a_newcomer_is_led_to_what_is_there() -> None:
    """At least twelve questions, and every path in their answers exists."""
    section = (ROOT / "docs/development.md").read_text().split("## Where is …?\n")[1].split("\n## ")[0]
    answers = [line.split("|")[2] for line in section.splitlines() if line.startswith("| ") and "?" in line]
    named = [re.findall(r"`((?:musfuse|adapters)/[^`]+)`", answer) for answer in answers]
    assert len(answers) >= 12
    assert all(named)
    assert [path for paths in named for path in paths if not (ROOT / path).exists()] == []


def test_platforms_hold_the_same_functions() -> None:
    import ast

    def public(system: str) -> set[str]:
        tree = ast.parse((ROOT / f"musfuse/platform/{system}/__init__.py").read_text())
        (names,) = (n.value for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "__all__")
        return set(ast.literal_eval(names))

    assert public("posix") == public("windows")


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """Mounting must not wait for decoders, numpy or Pillow."""
    script = """
import sys, musfuse.cli.mount_cmd, musfuse.app.library, musfuse.app.host, musfuse_fuse.operations
heavy = {"numpy", "soundfile", "PIL", "mutagen", "tinytag", "diskcache", "rich", "av"}
sys.exit(", ".join(sorted(heavy & set(sys.modules))) or 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_who_scans_alone_loads_nothing_for_readers(tmp_path: Path, music: Path) -> None:
    sound.write(music / "a.wav", title="A")
    script = """
import sys
from click.testing import CliRunner
from musfuse.cli import cli
assert "1 read" in CliRunner().invoke(cli, ["scan", "--library", *sys.argv[1:]]).output
sys.exit(", ".join(sorted({"numpy", "soundfile", "musfuse.sources.far"} & set(sys.modules))) or 0)
"""
    args = [sys.executable, "-c", script, str(tmp_path / "state"), str(music)]
    done = subprocess.run(args, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_help_needs_nothing_but_click() -> None:
    script = """
import sys
before = set(sys.modules)  # a measurement of coverage brings modules of its own
from click.testing import CliRunner
from musfuse.cli import cli
assert "Commands" in CliRunner().invoke(cli, ["--help"]).output
needless = {"musfuse.app", "musfuse.control", "musfuse.config", "musfuse.cli.shells", "sqlite3", "numpy", "rich"}
sys.exit(", ".join(sorted(needless & (set(sys.modules) - before))) or 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_help_shows_an_example_for_every_command() -> None:
    from click.testing import CliRunner

    from musfuse.cli import _COMMANDS, cli

    runner = CliRunner()
    assert runner.invoke(cli, ["--help"]).output.count("musfuse mount") >= 1
    for name in _COMMANDS:
        args = [name, "show", "--help"] if name == "config" else [name, "--help"]
        output = runner.invoke(cli, args).output
        assert "Example" in output, name
