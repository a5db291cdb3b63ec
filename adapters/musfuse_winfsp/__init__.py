"""The Windows face: winfspy's operations to drive calls, errors to NTSTATUS. It knows nothing of formats."""

from musfuse_winfsp.mount import WinFspFace, WinFspMount

__all__ = ["WinFspFace", "WinFspMount"]
