"""Originals on machines that are reached by SSH. What speaks it is loaded when such a source is first asked."""

from musfuse.origins.sftp.scheme import SftpScheme

__all__ = ["SftpScheme"]
