"""A whole build, of small parts; of real ones it is tested under Wine."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement
from winsetup import building, cli, python
from winsetup.building import Wish, build
from winsetup.errors import BuildError
from winsetup.lock import Locked, written
from winsetup.wheels import sha256_of

from installer import parts


@pytest.fixture
def wish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wish:
    """What a user of `--wheel` and `--wheels` wishes, with a program that needs one package."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    click = parts.wheel(wheels, "click")
    lock = tmp_path / "lock.txt"
    lock.write_text(written([Locked("click", "1.0", sha256_of(click))]))
    monkeypatch.setattr(building, "LOCK", lock)
    monkeypatch.setattr(building, "project_needs", lambda: [Requirement("click")])
    archive = parts.python(tmp_path)
    return Wish(archive, sha256_of(archive), wheels, tmp_path / "dist", wheel=parts.wheel(tmp_path, "musfuse", "1.5"))


def test_two_builds_give_the_same_bytes(wish: Wish, tmp_path: Path) -> None:
    parts.needs_tools("makensis", "x86_64-w64-mingw32-gcc")
    first = build(wish)
    assert first == tmp_path / "dist" / "musfuse-1.5-test-setup.exe"
    once = first.read_bytes()
    assert build(wish).read_bytes() == once


def test_without_its_own_wheel_it_says_how_to_get_one(wish: Wish) -> None:
    without = Wish(wish.python, wish.python_sha256, wish.wheels, wish.out)
    with pytest.raises(BuildError, match=r"--wheel names .* with --fetch it is made here"):
        build(without)
    other = Wish(wish.python, wish.python_sha256, wish.wheels, wish.out, wheel=next(wish.wheels.glob("click*")))
    with pytest.raises(BuildError, match="a wheel of click, not of musfuse"):
        build(other)


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli.command, [str(argument) for argument in arguments])
    return done.exit_code, done.output


def test_a_release_of_another_python_is_refused(wish: Wish) -> None:
    code, said = run("--release", "--python", wish.python, "--python-sha256", wish.python_sha256, "--wheel", wish.wheel)
    assert code == 1
    assert "a release brings python.org's own embeddable archive" in said
    assert python.RELEASED["3.11.9"] in said
    assert not wish.out.exists()


def test_the_default_hash_is_python_org_s(wish: Wish) -> None:
    code, said = run("--python", wish.python)
    assert code == 1
    assert f"not {python.RELEASED['3.11.9']}" in said


def test_wrong_usage_is_told(wish: Wish, tmp_path: Path) -> None:
    assert run()[0] == 2
    assert run("--python", tmp_path / "none.zip")[0] == 2
    code, said = run("--python", wish.python, "--winfsp", wish.python)
    assert code == 2
    assert "--winfsp-sha256" in said
    assert run("--python", wish.python, "--release", "--fast")[0] == 2
    assert "Example" in run("--help")[1]
