"""A drive under a service manager: it is started when the drive answers, and hung when the drive does not."""

import os
import socket
import subprocess
import sys

import sound

from mount.conftest import Program


def test_a_manager_hears_of_a_drive_from_start_to_end(program: Program) -> None:
    sound.write(program.music / "1.flac", title="One")
    program.run("scan", "--library", program.library, program.music)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(program.library.parent / "notify"))
        manager.settimeout(60)
        env = {**os.environ, "NOTIFY_SOCKET": str(program.library.parent / "notify"), "WATCHDOG_USEC": "300000"}
        command = [sys.executable, "-m", "musfuse", "mount", "--foreground", "--library", program.library, program.mnt]
        with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as owner:
            said = manager.recv(4096).decode().splitlines()
            assert said[:2] == ["READY=1", f"MAINPID={owner.pid}"]
            assert str(program.mnt) in said[2]
            assert os.path.ismount(program.mnt)
            assert manager.recv(4096) == b"WATCHDOG=1"
            ending = subprocess.Popen([*command[:3], "unmount", program.mnt], stdout=subprocess.DEVNULL)
            while (last := manager.recv(4096)) == b"WATCHDOG=1":
                pass
            assert last == b"STOPPING=1"
            assert owner.wait(60) == ending.wait(60) == 0
