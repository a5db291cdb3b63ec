"""scripts/setup.sh says what is to be done where it cannot install what it needs; packages are not really installed."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REAL = ("bash", "env", "grep", "sort", "uname", "ldconfig", "id")
ANN = "echo 1000"
ASKED = "apt-get install fuse3 flac"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="apt is Linux's")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Makes the system packages ready where only these programs are there; a program is what it does."""

    def run(**programs: str) -> subprocess.CompletedProcess[str]:
        for name in REAL:
            found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
            if found:
                (tmp_path / name).symlink_to(found)
        for name, script in programs.items():
            path = tmp_path / name.replace("_", "-")
            path.unlink(missing_ok=True)
            path.write_text(f"#!/usr/bin/env bash\n{script}\n")
            path.chmod(0o755)
        script = (
            f"set -euo pipefail; here={ROOT}; . {ROOT}/scripts/setup.sh; make_venv() {{ echo ready; }}; setup_runtime"
        )
        return subprocess.run(
            ["bash", "-c", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
        )

    return run


def test_all_is_there(run: Run) -> None:
    done = run(fusermount3="", flac="", id=ANN, apt_get="exit 1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready\n", "")


def test_what_is_only_wished_for_stops_nobody(run: Run) -> None:
    done = run(fusermount3="", id=ANN, apt_get="exit 1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready\n", "")


def test_without_sudo_the_administrator_is_told_what_to_do(run: Run) -> None:
    done = run(id=ANN, apt_get="exit 1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"only an administrator can install what is missing; as root: {ASKED}\n"


def test_who_may_not_install_is_told_what_to_do(run: Run) -> None:
    done = run(id=ANN, apt_get="exit 0", sudo="echo ann is not in the sudoers file >&2; exit 1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"then start this again: sudo {ASKED}\n")


def test_lists_that_cannot_be_loaded_stop_nothing(run: Run) -> None:
    done = run(id=ANN, sudo='"$@"', apt_get='[ "$1" = install ]')
    assert (done.returncode, done.stdout) == (0, "ready\n")


def test_root_gets_what_is_wished_for(run: Run) -> None:
    done = run(fusermount3="", id="echo 0", apt_get='echo "$@" >&2')
    assert (done.returncode, done.stdout) == (0, "ready\n")
    assert done.stderr.endswith("install -y -qq --no-install-recommends flac\n")


def test_elsewhere_than_on_debian(run: Run) -> None:
    done = run(id=ANN)
    assert (done.returncode, done.stdout) == (0, "ready\n")
    assert done.stderr.startswith("please install: fuse3 (")
