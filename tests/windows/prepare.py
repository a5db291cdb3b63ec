"""Sets up Wine's Windows, CPython 3.11 for it, and the Windows wheels of what musfuse needs, from package registries alone.

    python prepare.py [FOLDER]

Does nothing where it was done before. Nothing of the checkout goes into the folder: tests run the checkout itself.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
_COMPILER, _OBJDUMP = "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-objdump"
_WINDOWS = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "python_version": "3.11"}
_CARRIER = "panda3d==1.10.16"
"""A package whose Windows wheel carries CPython 3.11: for tests, which have no other one. It is never shipped."""
_PINNED = {"numpy": "numpy==1.26.4"}
"""Wine 8 lacks complex functions that newer ones import from the C library."""
_FOR_TESTS = ("colorama", "hypothesis>=6.100", "imageio-ffmpeg>=0.6", "pytest>=8", "pytest-timeout>=2.3")
"""imageio-ffmpeg's wheel carries ffmpeg for Windows."""
_LEFT_OUT = (
    "__pycache__",
    "config-*",
    "ensurepip",
    "idlelib",
    "lib-dynload",
    "lib2to3",
    "site-packages",
    "test",
    "tkinter",
)


def folder() -> Path:
    """Where it is set up: MUSFUSE_TEST_WINDOWS, else a folder of the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("MUSFUSE_TEST_WINDOWS") or cache / "musfuse-tests" / "windows")


def wine() -> str | None:
    """Wine for 64-bit programs: Debian keeps it out of PATH."""
    found = shutil.which("wine64") or "/usr/lib/wine/wine64"
    return found if os.access(found, os.X_OK) else None


def environment(place: Path) -> dict[str, str]:
    """The variables under which programs run there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MUSFUSE_", "WINE"))}
    return {
        **kept,
        "WINEPREFIX": str(place / "prefix"),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEPATH": windows_path(place / "programs"),
        "WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=",
        "PYTHONUTF8": "1",
        "PYTHONPYCACHEPREFIX": windows_path(place / "pycache"),
    }


def windows_path(path: Path) -> str:
    """A path of this machine as Wine's programs know it."""
    return "Z:" + str(path).replace("/", "\\")


def requirements() -> Iterator[str]:
    """What musfuse needs on Windows, and its tests."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    for text in (*project["dependencies"], *project["optional-dependencies"]["grpc"]):
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate(_WINDOWS):
            wanted.marker = None
            yield _PINNED.get(wanted.name, str(wanted))
    yield from _FOR_TESTS


def prepare(place: Path) -> None:
    """Set up what is missing in a folder. Raises CalledProcessError, OSError."""
    home = place / "python"
    place.mkdir(parents=True, exist_ok=True)
    with _alone(place):
        done = [
            _step(place, "cpython", (_CARRIER,), lambda: _bring_python(place, home)),
            _step(place, "packages", requirements(), lambda: _bring_packages(home / "Lib" / "site-packages")),
        ]
        sources = (file.read_text() for file in sorted((HERE / "native").iterdir()))
        _step(place, "built", [*done, *sources], lambda: _build(home, place / "winfsp" / "bin"))
        _step(place, "programs", done, lambda: _bring_programs(home / "Lib" / "site-packages", place / "programs"))
        _step(place, "prefix", ("win10", "null"), lambda: _begin_windows(place))


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    with (place / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _step(place: Path, name: str, made_of: Iterable[str], make: Callable[[], None]) -> str:
    """Do a step anew where what it is made of changed; what tells one of its results from another."""
    stamp = place / f"{name}.stamp"
    wanted = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        stamp.unlink(missing_ok=True)
        make()
        stamp.write_text(wanted)
    return wanted


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _bring_python(place: Path, home: Path) -> None:
    """The compiled parts out of the carrier's wheel, the rest from the Python 3.11 that runs this."""
    if sys.version_info[:2] != (3, 11):
        raise OSError(f"{sys.executable}: Python 3.11 is needed, whose library goes with the Windows one")
    kept = place / "downloads"
    if not (wheels := list(kept.glob("panda3d-*.whl"))):
        _say("downloading CPython for Windows")
        _pip("download", "--no-deps", "--dest", str(kept), _CARRIER)
        wheels = list(kept.glob("panda3d-*.whl"))
    shutil.rmtree(home, ignore_errors=True)
    (home / "DLLs").mkdir(parents=True)
    with zipfile.ZipFile(wheels[0]) as wheel:
        for member in wheel.namelist():
            name = member.removeprefix("deploy_libs/")
            if name != member and not name.startswith(("api-ms-", "tcl", "tk", "_tkinter")):
                (home / ("DLLs" if name.endswith(".pyd") else "") / name).write_bytes(wheel.read(member))
    shutil.copytree(sysconfig.get_path("stdlib"), home / "Lib", ignore=shutil.ignore_patterns(*_LEFT_OUT))


def _bring_packages(target: Path) -> None:
    _say("downloading wheels for Windows")
    shutil.rmtree(target, ignore_errors=True)
    _pip(
        "install", "--target", str(target), "--implementation", "cp", "--abi", "cp311", "--abi", "abi3", "--abi", "none",
        *requirements(),
    )  # fmt: skip


def _bring_programs(packages: Path, target: Path) -> None:
    """What a package carries under a longer name, to be found by its own."""
    target.mkdir(exist_ok=True)
    (ffmpeg,) = (packages / "imageio_ffmpeg" / "binaries").glob("ffmpeg-*.exe")
    (target / "ffmpeg.exe").unlink(missing_ok=True)
    (target / "ffmpeg.exe").hardlink_to(ffmpeg)


def _pip(command: str, *arguments: str) -> None:
    platform = ("--only-binary=:all:", "--platform", "win_amd64", "--python-version", "3.11")
    pip = (sys.executable, "-m", "pip", command, "-q", "--disable-pip-version-check")
    subprocess.run([*pip, *platform, *arguments], check=True)


def _build(home: Path, winfsp: Path) -> None:
    """The few compiled parts that no registry has."""
    native = HERE / "native"
    winfsp.mkdir(parents=True, exist_ok=True)
    _compile(home / "python.exe", native / "python.c", str(native / "finalpath.c"), "-municode", "-lntdll")
    _compile(home / "bcryptprimitives.dll", native / "prng.c", "-shared", "-ladvapi32")
    forwards = home / "python3.def"
    names = exported(home / "python311.dll")
    forwards.write_text("LIBRARY python3.dll\nEXPORTS\n" + "".join(f"  {name} = python311.{name}\n" for name in names))
    empty = home / "python3.c"
    empty.write_text("int DllMain(void *a, unsigned b, void *c) { return a || b || c || 1; }\n")
    _compile(home / "python3.dll", empty, str(forwards), "-shared")
    binding = home / "Lib" / "site-packages" / "winfspy" / "plumbing" / "_bindings.pyd"
    refusing = winfsp / "refusing.c"
    mine = (native / "winfsp.c").read_text()
    missing = [name for name in imported(binding, "winfsp-x64.dll") if f" {name}(" not in mine]
    refusing.write_text(
        "".join(f"__declspec(dllexport) long {name}(void) {{ return 0xC0000002; }}\n" for name in missing)
    )
    _compile(winfsp / "winfsp-x64.dll", native / "winfsp.c", str(refusing), "-shared")


def _compile(made: Path, source: Path, *more: str) -> None:
    libraries = [option for option in more if option.startswith("-l")]
    others = [option for option in more if not option.startswith("-l")]
    subprocess.run([_COMPILER, "-O1", "-o", str(made), *others, str(source), *libraries], check=True)


def _tables(file: Path) -> list[str]:
    done = subprocess.run([_OBJDUMP, "-p", str(file)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def exported(library: Path) -> list[str]:
    """The names that a DLL exports."""
    lines = iter(_tables(library))
    for line in lines:
        if "Name Pointer] Table" in line:
            break
    return list(_last_words(lines))


def _last_words(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        words = line.split()
        if not words or not words[0].startswith("["):
            if words and "Ordinal" in line:
                continue
            return
        yield words[-1]


def imported(program: Path, library: str) -> list[str]:
    """The names that a program takes from a DLL."""
    names, within = [], False
    for line in _tables(program):
        words = line.split()
        if "DLL Name:" in line:
            within = words[-1].lower() == library.lower()
        elif within and len(words) >= 3 and words[-1].startswith("Fsp"):
            names.append(words[-1])
    return names


def _begin_windows(place: Path) -> None:
    """A Windows 10 of its own; nothing of this user's folders is linked into it."""
    _say("beginning a Windows under Wine")
    shutil.rmtree(place / "prefix", ignore_errors=True)
    program = wine()
    if program is None:
        raise OSError("wine64 is missing; scripts/test-windows installs it")
    drivers = "HKEY_CURRENT_USER\\Software\\Wine\\Drivers"  # windows without a display
    for command in (
        ["wineboot", "-i"], ["winecfg", "-v", "win10"], ["reg", "add", drivers, "/v", "Graphics", "/d", "null", "/f"],
    ):  # fmt: skip
        subprocess.run(
            [program, *command], env=environment(place), check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300,
        )  # fmt: skip


if __name__ == "__main__":
    try:
        prepare(Path(sys.argv[1]) if len(sys.argv) > 1 else folder())
    except (OSError, subprocess.SubprocessError) as failure:
        sys.exit(f"Windows under Wine cannot be set up: {failure}")
