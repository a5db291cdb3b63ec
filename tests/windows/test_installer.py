"""The installer as users have it: installed, run, updated and removed, on a Windows of its own."""

from pathlib import Path

import pytest
import sound
from tests_support import small_disk
from winsetup.wheels import sha256_of

from windows.building import GONE, NEW, OLD
from windows.machine import SETUP_SECONDS, Machine
from windows.prepare import windows_path

pytestmark = pytest.mark.timeout(900)
RUN_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
LONG_PATH = ";".join(f"C:\\Tools\\{number:04}\\bin" for number in range(100))
"""Longer than the 1,024 characters at which texts of NSIS end."""
USER_CHOICE = "D:\\My Müsic\\"


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
