"""Installers of an old and a new version, built as `installer/build.py` builds them; the new one brings WinFsp."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from winsetup.fetching import build_wheel
from winsetup.target import ROOT
from winsetup.wheels import sha256_of

from windows import embeddable

OLD, NEW = "0.0.1", "99.0"
GONE = "musfuse/of_the_old_version_only.py"
TOOLS = ("makensis", "x86_64-w64-mingw32-gcc", "wixl")


def built_setups(place: Path) -> dict[str, Path]:
    """By name: `old`, `again`, which is made of the same parts, and `new`."""
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
