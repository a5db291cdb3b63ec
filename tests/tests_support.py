"""What tests of several folders share."""

import shutil

import pytest


def needs_program(name: str) -> str:
    """The path of a program that scripts/test installs; the test is skipped where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
