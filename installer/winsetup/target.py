"""The system that the installer is for: 64-bit Windows with CPython 3.11."""

from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import compatible_tags, cpython_tags

PYTHON = (3, 11)
PLATFORM = "win_amd64"
ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
WINDOWS = ROOT / "installer" / "windows"
"""What the installer is made of, but for the program itself."""

TAGS = frozenset(
    (
        *cpython_tags(PYTHON, platforms=[PLATFORM]),
        *compatible_tags(PYTHON, f"cp{PYTHON[0]}{PYTHON[1]}", [PLATFORM]),
    )
)
"""The tags of wheels that run there."""

PIP_FLAGS = (
    "--only-binary=:all:", "--platform", PLATFORM, "--python-version", "3.11", "--implementation", "cp",
    "--abi", "cp311", "--abi", "abi3", "--abi", "none",
)  # fmt: skip
"""What makes pip choose such wheels. It evaluates markers for the system that it runs on all the same."""

_ENVIRONMENT: dict[str, str] = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "implementation_version": "3.11.9",
    "platform_machine": "AMD64",
    "platform_release": "10",
    "platform_version": "10.0",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": "3.11.9",
    "python_version": "3.11",
    "sys_platform": "win32",
    "extra": "",
}


def wanted_there(texts: Iterable[str]) -> list[Requirement]:
    """Of requirements as packages write them those that hold on the target, without their markers."""
    wanted = [Requirement(text) for text in texts]
    kept = [one for one in wanted if one.marker is None or one.marker.evaluate(_ENVIRONMENT)]
    for one in kept:
        one.marker = None
    return kept
