"""System calls of Windows, with the same functions as `posix`, a module a subject.

They are type-checked with `mypy --platform win32`.
"""

import sys

assert sys.platform == "win32"

from musfuse.platform.windows.channel import connect, hung_up, listen, private_folder, remove_endpoint, runtime_folder  # noqa: E402
from musfuse.platform.windows.ends import ignore_terminal_interrupt, on_hangup, on_terminate  # noqa: E402
from musfuse.platform.windows.files import (  # noqa: E402
    flush_folder,
    input_waits,
    is_link,
    open_for_update,
    open_shared,
    opened_folder,
    others_can_read,
    place_of,
    placed_facts,
    read_at,
    version_tag,
    write_at,
)
from musfuse.platform.windows.following import has_inotify, untold_changes  # noqa: E402
from musfuse.platform.windows.limits import (  # noqa: E402
    address_space,
    address_space_needed,
    face_threads,
    is_privileged,
    limit_computing,
    limit_data,
    limit_memory,
    lower_priority,
    open_handles,
    raise_open_file_limit,
    spare_address_space,
    turn_seconds,
    usable_cores,
    waiting_calls,
    waiting_seconds,
)
from musfuse.platform.windows.locks import ProcessLock  # noqa: E402
from musfuse.platform.windows.mounts import (  # noqa: E402
    absolute_mountpoint,
    check_mountpoint,
    clean_dead_mount,
    free_drive_letter,
    is_mounted,
    mount_answers,
    unmount,
)
from musfuse.platform.windows.paths import absolute_path, path_inside, plain_path, real_path, same_path  # noqa: E402
from musfuse.platform.windows.processes import (  # noqa: E402
    fork_detached,
    inheritable,
    open_inherited,
    program_of,
    spawn_detached,
    wait_for_end,
    was_killed,
    was_out_of_time,
)

__all__ = [
    "ProcessLock",
    "absolute_mountpoint",
    "absolute_path",
    "address_space",
    "address_space_needed",
    "check_mountpoint",
    "clean_dead_mount",
    "connect",
    "face_threads",
    "flush_folder",
    "fork_detached",
    "free_drive_letter",
    "has_inotify",
    "hung_up",
    "ignore_terminal_interrupt",
    "inheritable",
    "input_waits",
    "is_link",
    "is_mounted",
    "is_privileged",
    "limit_computing",
    "limit_data",
    "limit_memory",
    "listen",
    "lower_priority",
    "mount_answers",
    "on_hangup",
    "on_terminate",
    "open_for_update",
    "open_handles",
    "open_inherited",
    "open_shared",
    "opened_folder",
    "others_can_read",
    "path_inside",
    "place_of",
    "placed_facts",
    "plain_path",
    "private_folder",
    "program_of",
    "raise_open_file_limit",
    "read_at",
    "real_path",
    "remove_endpoint",
    "runtime_folder",
    "same_path",
    "spare_address_space",
    "spawn_detached",
    "turn_seconds",
    "unmount",
    "untold_changes",
    "usable_cores",
    "version_tag",
    "wait_for_end",
    "waiting_calls",
    "waiting_seconds",
    "was_killed",
    "was_out_of_time",
    "write_at",
]
