"""What tests of several folders share."""

import os
import shutil
import subprocess
import sys
import tempfile

import pytest


def _may_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "musfuse-test", folder], capture_output=True).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


needs_tmpfs = pytest.mark.skipif(not _may_mount(), reason="mounting a tmpfs needs root and the right to mount")


def needs_program(name: str) -> str:
    """The path of a program that scripts/test installs; the test is skipped where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
