"""The installer as users have it: installed, run, updated and removed, on a Windows of its own."""

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sound
from tests_support import small_disk
from winsetup.fetching import build_wheel
from winsetup.target import ROOT
from winsetup.wheels import sha256_of

from windows import embeddable
from windows.prepare import windows_path, wine
from windows.wine import Done, Windows

OLD, NEW = "0.0.1", "99.0"
GONE = "musfuse/of_the_old_version_only.py"
SETUP_SECONDS = 300
RUN_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
LONG_PATH = ";".join(f"C:\\Tools\\{number:04}\\bin" for number in range(100))
"""Longer than the 1,024 characters at which texts of NSIS end."""
USER_CHOICE = "D:\\My Müsic\\"


@dataclass(frozen=True)
class Machine(Windows):
    """A Windows on which nothing of musfuse is, and nothing of the checkout is seen."""

    def environment(self) -> dict[str, str]:
        kept = super().environment()
        ours = ("PYTHON", "MUSFUSE_", "APPDATA")
        return {name: value for name, value in kept.items() if not name.startswith(ours)} | dict(self.variables)

    @property
    def local(self) -> Path:
        """The folder of the user's own data."""
        (user,) = (folder for folder in (self.place / "prefix/drive_c/users").iterdir() if folder.name != "Public")
        return user / "AppData" / "Local"

    @property
    def program(self) -> Path:
        """Where musfuse is installed when nobody says otherwise."""
        return self.local / "Programs" / "musfuse"

    def typed(self, line: str, seconds: float = 120) -> Done:
        """What a prompt makes of a line, with the user's PATH."""
        return self.run("cmd", "/d", "/c", line, seconds=seconds)

    def setup(self, program: Path, *options: str) -> tuple[int, str]:
        """Run an installer silently: its exit code, and what its log says."""
        code = self.run(windows_path(program), "/S", *options, seconds=SETUP_SECONDS).code
        return code, self.log()

    def uninstall(self, *options: str) -> str:
        """Run the uninstaller silently, which goes on in a copy of itself and ends at once; what its log says."""
        log = self._log_file()
        log.unlink(missing_ok=True)
        self.run("C:" + windows_path(self.program / "Uninstall.exe").partition("drive_c")[2], "/S", *options)
        wait_for(
            lambda: self.log().endswith((".\n", "still\n")) and not running(self, "Un"), "the end of the uninstaller"
        )
        return self.log()

    def log(self) -> str:
        file = self._log_file()
        return file.read_text("utf-16-le").replace("\r\n", "\n") if file.exists() else ""

    def _log_file(self) -> Path:
        return self.local.parents[1] / "Temp" / "musfuse-setup.log"

    def value(self, key: str, name: str) -> str | None:
        """A value of the registry."""
        done = self.run("reg", "query", key, "/v", name)
        lines = [line for line in done.output.splitlines() if line.strip().startswith(name)]
        assert lines or "nable to find" in done.output, done.output
        return lines[0].split(None, 2)[2] if lines else None

    def set_value(self, key: str, name: str, kind: str, value: str) -> None:
        assert self.run("reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f").code == 0


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 600) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def running(machine: Machine, name: str) -> bool:
    """Whether a program of this Windows, by the beginning of its file's name, runs."""
    mark = f"WINEPREFIX={machine.place / 'prefix'}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                line = (process / "cmdline").read_bytes().decode("utf-8", "replace")
                if line.split("\0")[0].rpartition("\\")[2].startswith(name):
                    return True
        except OSError:
            continue
    return False


@pytest.fixture(scope="module")
def setups(place: Path) -> dict[str, Path]:
    """Installers of an old and a new version, built as `installer/build.py` builds them; the new one brings WinFsp."""
    for tool in ("makensis", "x86_64-w64-mingw32-gcc", "wixl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed; scripts/test-windows installs it")
    folder = place / "setups"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    python = embeddable.make(place / "python", folder / "python.zip")
    real = build_wheel(folder)
    winfsp = standing_in_for_winfsp(folder)
    options = ["--winfsp", str(winfsp), "--winfsp-sha256", sha256_of(winfsp)]
    former = of_version(real, OLD, {GONE: ""})
    old, again = (build(place, python, former, name) for name in ("old", "again"))
    return {"old": old, "again": again, "new": build(place, python, of_version(real, NEW), "new", *options)}


def build(place: Path, python: Path, wheel: Path, out: str, *options: str) -> Path:
    command = [sys.executable, str(ROOT / "installer/build.py"), "--fast", "--fetch", "--wheels", str(place / "wheels")]
    command += ["--python", str(python), "--python-sha256", sha256_of(python), "--wheel", str(wheel), *options]
    subprocess.run([*command, "-o", str(place / "setups" / out)], check=True, capture_output=True, timeout=600)
    (made,) = (place / "setups" / out).glob("*.exe")
    return made


def of_version(wheel: Path, version: str, more: dict[str, str] | None = None) -> Path:
    """The program's wheel as one of another version, with more files."""
    made = wheel.parent / f"musfuse-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as target:
        for member in source.infolist():
            data = source.read(member)
            if member.filename == "musfuse/__init__.py":
                data += f'\n__version__ = "{version}"\n'.encode()
            target.writestr(zipfile.ZipInfo(member.filename), data)
        for name, text in (more or {}).items():
            target.writestr(zipfile.ZipInfo(name), text)
    return made


def standing_in_for_winfsp(folder: Path) -> Path:
    """A package that does to the registry what WinFsp's does: its driver could not be loaded under Wine."""
    (folder / "winfsp.txt").write_text("in place of WinFsp")
    source = folder / "winfsp.wxs"
    source.write_text("""\
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Product Id="*" UpgradeCode="6f9a4b3e-5f0c-4d4e-9a63-0a1f8a3c2b11"
 Name="Stand-in" Version="2.0.0" Manufacturer="Tests" Language="1033"><Package InstallerVersion="200" Compressed="yes"/>
 <Media Id="1" Cabinet="one.cab" EmbedCab="yes"/><Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFilesFolder">
 <Directory Id="INSTALLDIR" Name="WinFsp"><Component Id="Main" Guid="0c9f8a86-74ad-4a0b-a0f4-1f6f4d1e7a55">
 <File Id="Text" Source="winfsp.txt" KeyPath="yes"/>
 <RegistryKey Root="HKLM" Key="SOFTWARE\\WinFsp"><RegistryValue Type="string" Name="InstallDir" Value="[INSTALLDIR]"/></RegistryKey>
 </Component></Directory></Directory></Directory>
 <Feature Id="All" Level="1"><ComponentRef Id="Main"/></Feature></Product></Wix>
""")
    subprocess.run(["wixl", "-o", str(folder / "winfsp.msi"), str(source)], check=True, cwd=folder)
    return folder / "winfsp.msi"


@pytest.fixture
def machine(place: Path, tmp_path: Path) -> Iterator[Machine]:
    """A new Windows: its system's files are linked to those of the one that was set up, all else is its own."""
    own = place / "installer"
    shutil.rmtree(own, ignore_errors=True)
    prefix = place / "prefix"
    shutil.copytree(prefix, own / "prefix", symlinks=True, copy_function=linked_or_copied)
    for part in ("winfsp", "python"):
        (own / part).symlink_to(place / part)
    made = Machine(own, tmp_path)
    try:
        yield made
    finally:
        made.end_what_is_left()
        program = wine()
        assert program is not None
        server = Path(program).resolve().parent / "wineserver"
        subprocess.run([str(server), "-k"], env=made.environment(), check=False)
        shutil.rmtree(own, ignore_errors=True)


def linked_or_copied(source: str, target: str) -> None:
    if "/drive_c/windows/" in source:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def test_installed_run_and_removed(machine: Machine, setups: dict[str, Path], music: Path) -> None:
    machine.set_value("HKCU\\Environment", "Path", "REG_EXPAND_SZ", "C:\\Tools;")
    code, log = machine.setup(setups["old"])
    assert code == 0, log
    assert "get it from https://winfsp.dev/rel/" in log
    assert log.splitlines()[-1].startswith(f"musfuse {OLD} is installed in C:\\users\\")

    bin_folder = "C:" + windows_path(machine.program / "app" / "bin").partition("drive_c")[2]
    assert machine.value("HKCU\\Environment", "Path") == f"C:\\Tools;{bin_folder}"
    assert {entry.name for entry in (machine.program / "app" / "bin").iterdir()} == {"musfuse.exe", "musfusew.exe"}
    assert (machine.program / "app/licences/mutagen/COPYING.txt").exists()
    menu = machine.local.parent / "Roaming/Microsoft/Windows/Start Menu/Programs/musfuse"
    assert {link.stem for link in menu.iterdir()} == {
        "musfuse prompt", "How to use musfuse", "About musfuse and its licences", "Uninstall musfuse",
    }  # fmt: skip

    assert machine.value(RUN_KEY, "musfuse") is None

    runs_as_it_is_typed(machine, music)

    assert machine.uninstall() == "musfuse is removed.\n"
    assert not machine.program.exists()
    assert not menu.exists()
    assert machine.value("HKCU\\Environment", "Path") == "C:\\Tools"
    assert (
        machine.value("HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\musfuse", "DisplayName") is None
    )
    assert (machine.local / "musfuse" / "user.db").exists()


def runs_as_it_is_typed(machine: Machine, music: Path) -> None:
    """From PATH, with names of any kind, exit codes, and processes of its own."""
    sound.write(music / "Motörhead ♫.wav", title="Öne ♫", artist="Motörhead", album="100% & more")
    assert machine.typed("musfuse --version").output == f"musfuse, version {OLD}\n"
    scanned = machine.typed(f"musfuse scan {windows_path(music)}")
    assert "1 read" in scanned.output, scanned.output
    launcher = windows_path(machine.program / "app" / "bin" / "musfuse.exe")
    said = machine.run(launcher, "tag", "set", "Motörhead", 'comment=a "b" %PATH% \\')
    assert said.code == 0, said.output
    shown = machine.run(launcher, "tag", "show", "Motörhead", "--json")
    assert 'a \\"b\\" %PATH% \\\\' in shown.output, shown.output
    assert machine.run(launcher, "no-such-command").code == 2
    doctor = machine.typed("musfuse doctor")
    assert "fingerprint 057dcefde0a19e3a4e856706" in doctor.output
    assert "app\\python.exe" in doctor.output


def test_an_update_takes_the_place_of_the_old_version(machine: Machine, setups: dict[str, Path], music: Path) -> None:
    sound.write(music / "a.wav", title="One", artist="Ann", album="First")
    logon = windows_path(machine.folder / "Logon")
    assert machine.setup(setups["old"], f"/DRIVE={logon}")[0] == 0
    drive = machine.folder / "Drive"
    mounted = machine.typed(f"musfuse mount --wait {windows_path(music)} {windows_path(drive)}")
    assert mounted.code == 0, mounted.output
    assert machine.typed("musfuse tag set Ann genre=Jazz").code == 0
    assert drive.is_dir()
    app = machine.program / "app"
    assert (app / "Lib/site-packages" / GONE).exists()

    waits = "print('up', flush=True); __import__('time').sleep(600)"
    with machine.start(windows_path(app / "python.exe"), "-c", waits) as running_still:
        try:
            assert running_still.stdout is not None
            assert running_still.stdout.read(2) == b"up"
            code, log = machine.setup(setups["new"])
            assert code == 3, log
            assert "musfuse runs still, and nothing was changed" in log
            assert (app / "musfuse.txt").read_text() == f"musfuse {OLD}\n"
        finally:
            running_still.kill()
    assert not drive.exists()

    code, log = machine.setup(setups["new"])
    assert code == 0, log
    assert machine.typed("musfuse --version").output == f"musfuse, version {NEW}\n"
    assert not (app / "Lib/site-packages" / GONE).exists()
    assert {entry.name for entry in machine.program.iterdir()} == {"app", "Uninstall.exe"}
    path = machine.value("HKCU\\Environment", "Path")
    assert path is not None
    assert path.count("musfuse") == 1
    at_logon = machine.value(RUN_KEY, "musfuse")
    assert at_logon is not None
    assert at_logon.endswith(f"musfusew.exe mount {logon}")
    assert "Jazz" in machine.typed("musfuse tag show Ann").output

    # An update that was cut off between its two renames.
    app.rename(machine.program / "app.old")
    (machine.program / "app.new").mkdir()
    (machine.program / "app.new" / "musfuse.txt").touch()
    assert machine.setup(setups["new"])[0] == 0
    assert {entry.name for entry in machine.program.iterdir()} == {"app", "Uninstall.exe"}

    assert machine.uninstall("/REMOVELIBRARY") == "musfuse is removed.\n"
    assert not machine.program.exists()
    assert machine.value(RUN_KEY, "musfuse") is None
    assert not (machine.local / "musfuse").exists()
    assert (music / "a.wav").exists()


def test_a_drive_at_logon_is_asked_for_and_kept(machine: Machine, setups: dict[str, Path], music: Path) -> None:
    assert machine.setup(setups["new"], f"/LOGON={USER_CHOICE}", "/DRIVE=Q:")[0] == 0
    line = machine.value(RUN_KEY, "musfuse")
    assert line is not None
    assert line.endswith('\\\\" Q:'), line

    drive = machine.folder / "At logon"
    assert machine.setup(setups["new"], f"/LOGON={windows_path(music)}", f"/DRIVE={windows_path(drive)}")[0] == 0
    line = machine.value(RUN_KEY, "musfuse")
    assert line is not None
    assert line.endswith(f'\\app\\bin\\musfusew.exe mount {windows_path(music)} "{windows_path(drive)}"')
    as_at_logon = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1]))"
    assert machine.python("-c", as_at_logon, line).code == 0
    assert drive.is_dir()

    assert machine.setup(setups["new"], "/LOGON=off")[0] == 0
    assert machine.value(RUN_KEY, "musfuse") is None
    assert not drive.exists()


def test_what_is_not_musfuse_s_is_left_alone_and_winfsp_is_brought(machine: Machine, setups: dict[str, Path]) -> None:
    folder = machine.place / "prefix/drive_c/Mine"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "letter.txt").write_text("dear")
    code, log = machine.setup(setups["new"], "/D=C:\\Mine")
    assert code == 2
    assert log == "C:\\Mine\\app is there, and not of musfuse; name another folder.\n"
    assert [entry.name for entry in folder.rglob("*")] == ["app", "letter.txt"]

    machine.set_value("HKCU\\Environment", "Path", "REG_SZ", LONG_PATH)
    winfsp = "HKLM\\SOFTWARE\\WinFsp"
    # As it is typed: NSIS wants this option last, and without quotation marks.
    code = machine.typed(f"{windows_path(setups['new'])} /S /D=C:\\My Programs\\music", SETUP_SECONDS).code
    log = machine.log()
    assert code == 0, log
    assert "/WINFSP installs it" in log
    assert machine.value(winfsp, "InstallDir") is None
    assert machine.value("HKCU\\Environment", "Path") == f"{LONG_PATH};C:\\My Programs\\music\\app\\bin"
    code, log = machine.setup(setups["new"], "/WINFSP")
    assert code == 0, log
    assert (machine.place / "prefix/drive_c/My Programs/music/app/bin/musfuse.exe").exists()
    assert machine.run("reg", "query", winfsp, "/s", "/reg:32").output.count("WinFsp") >= 1


def test_on_a_full_disk_nothing_is_left(machine: Machine, setups: dict[str, Path], tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 30 * 1024) as disk:
        machine.letter("y").symlink_to(disk)
        code, log = machine.setup(setups["new"], "/D=Y:\\musfuse")
        assert code == 2
        assert log.startswith(
            "Y:\\musfuse: not all files could be written, and nothing was changed; is there room for "
        )
        assert list(disk.iterdir()) == []
        assert machine.value("HKCU\\Software\\musfuse", "Folder") is None


def test_two_builds_of_the_same_parts_give_the_same_bytes(setups: dict[str, Path]) -> None:
    assert sha256_of(setups["again"]) == sha256_of(setups["old"])
