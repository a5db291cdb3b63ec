"""A process in the background that cannot start: its reason and its exit code are those of the command."""

from pathlib import Path

from mount.conftest import Program, program  # noqa: F401 - a fixture


def test_what_cannot_start_in_the_background_says_why(program: Program, tmp_path: Path) -> None:
    program.library.mkdir()
    (program.library / "catalog.db").write_bytes(b"no database" * 500)
    (program.library / "user.db").write_bytes(b"no database" * 500)
    said = program.run("serve", "--library", program.library, check=False)
    assert said.returncode == 1
    assert str(program.library) in said.stderr
    assert len(said.stderr.splitlines()) == 1
