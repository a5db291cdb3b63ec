"""Which libfuse is loaded, in processes of their own, and what is said where there is none."""

import os
import subprocess
import sys

import pytest
from musfuse_fuse.binding import major_version

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of libraries as Linux has them")


def loaded(name: str, before: str = "", **env: str) -> str:
    """What a process says that loads a binding, or what it is told."""
    script = (
        f"import os, sys\n{before}\nfrom musfuse_fuse.binding import load_binding, major_version\n"
        "from musfuse.errors import MountError\n"
        f"try: made = load_binding({name!r})\nexcept MountError as error: print(error)\n"
        "else: print(made.__name__, major_version(made), os.environ.get('FUSE_LIBRARY_PATH'))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, **env}, check=True
    )
    return done.stdout.strip()


def test_libfuse_3_is_preferred_and_nobody_else_is_told() -> None:
    """fusepy reads the same variable, and so would child processes."""
    said = loaded("mfusepy")
    if "not installed" in said:
        pytest.skip(said)
    assert said == "mfusepy 3 None"


def test_libfuse_2_is_taken_where_there_is_no_other() -> None:
    hidden = (
        "import ctypes; real = ctypes.CDLL\n"
        "def find(name, *rest, **named):\n"
        "    if 'fuse3' in str(name): raise OSError('hidden')\n"
        "    return real(name, *rest, **named)\n"
        "ctypes.CDLL = find"
    )
    said = loaded("mfusepy", hidden)
    if "FUSE is not installed" in said:
        pytest.skip(said)
    assert said == "mfusepy 2 None"


def test_a_library_that_somebody_named_is_taken() -> None:
    said = loaded("mfusepy", FUSE_LIBRARY_PATH="/nowhere/libfuse.so")
    assert said.startswith("FUSE is not installed: /nowhere/libfuse.so")
    assert "apt install fuse3" in said


@pytest.mark.parametrize(("name", "module"), [("mfusepy", "mfusepy"), ("fusepy", "fuse")])
def test_a_binding_that_is_not_installed_is_named(name: str, module: str) -> None:
    said = loaded(name, f"sys.modules[{module!r}] = None")
    assert said.startswith(f"the Python package {name} is not installed")
    assert said.endswith("install it with pip")


def test_a_binding_that_tells_no_version_is_of_libfuse_2() -> None:
    assert major_version(object()) == 2
