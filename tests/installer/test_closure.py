"""The wheels are what the program needs: no less, and no more."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from winsetup.closure import check, missing, project_needs
from winsetup.errors import BuildError
from winsetup.wheels import Wheel, wheel_at

from installer import parts


@pytest.fixture
def wheels(tmp_path: Path) -> list[Wheel]:
    return [
        wheel_at(
            parts.wheel(tmp_path, "soundfile", needs=("cffi>=1.0", "Typing_Extensions", "fuse; sys_platform=='linux'"))
        ),
        wheel_at(parts.wheel(tmp_path, "cffi", "2.0")),
        wheel_at(parts.wheel(tmp_path, "typing-extensions", needs=("soundfile",))),
    ]


NEEDS = [Requirement("soundfile>=0.5")]


def test_what_fits_passes_and_circles_end(wheels: list[Wheel]) -> None:
    check(NEEDS, wheels)


def test_what_is_missing_is_named_with_who_needs_it(wheels: list[Wheel]) -> None:
    with pytest.raises(BuildError, match=r"soundfile needs cffi>=1\.0"):
        check(NEEDS, [wheel for wheel in wheels if wheel.name != "cffi"])
    with pytest.raises(BuildError, match=r"musfuse needs soundfile>=2"):
        check([Requirement("soundfile>=2")], wheels)
    assert list(missing(NEEDS, [])) == ["soundfile"]


def test_what_nobody_needs_is_named(wheels: list[Wheel], tmp_path: Path) -> None:
    more = wheel_at(parts.wheel(tmp_path, "mfusepy"))
    with pytest.raises(BuildError, match="nothing needs mfusepy"):
        check(NEEDS, [*wheels, more])


def test_the_program_needs_winfsp_and_no_fuse_there() -> None:
    names = {need.name for need in project_needs()}
    assert {"winfspy", "watchdog", "av"} <= names
    assert "mfusepy" not in names
