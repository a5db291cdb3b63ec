"""Files that lossy makers make, as a player hears them."""

import subprocess
from pathlib import Path

import numpy as np


def played(path: Path, channels: int) -> np.ndarray:
    """The samples that FFmpeg decodes, as rows of all channels; nothing may be wrong with the file."""
    done = subprocess.run(
        ["ffmpeg", "-v", "warning", "-i", path, "-map", "0:a", "-f", "f32le", "-"], capture_output=True, check=True
    )
    assert done.stderr == b""
    return np.frombuffer(done.stdout, np.float32).reshape(-1, channels)
