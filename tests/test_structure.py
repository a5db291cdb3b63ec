"""What holds the architecture: imports go one way, modules stay small, every module that holds logic has a test."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = [p for folder in ("musfuse", "adapters") for p in (ROOT / folder).rglob("*.py")]


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_god_files() -> None:
    sizes = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in MODULES}
    assert max(sizes.values()) <= 500, sizes
    assert sorted(sizes.values())[len(sizes) // 2] <= 150
    assert sum(size <= 200 for size in sizes.values()) / len(sizes) > 0.75


def test_platforms_hold_the_same_functions() -> None:
    import ast

    def public(path: Path) -> set[str]:
        tree = ast.parse(path.read_text())
        return {
            n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")
        }

    assert public(ROOT / "musfuse/platform/posix.py") <= public(ROOT / "musfuse/platform/windows.py")


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """Mounting must not wait for decoders, numpy or Pillow."""
    script = """
import sys, musfuse.cli.mount_cmd, musfuse.app, musfuse_fuse.operations
heavy = {"numpy", "soundfile", "PIL", "mutagen", "tinytag", "diskcache", "rich", "av"}
sys.exit(", ".join(sorted(heavy & set(sys.modules))) or 0)
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
