"""The one tree of errors: each carries an errno for the faces and says whether a retry may help.

Messages name the path, what is wrong and what to do about it. Faces map `errno` once; the command
line prints the message and exits with `exit_code`.
"""

import errno as _errno
from typing import ClassVar

UNEXPECTED = "musfuse itself failed on it; please report what its log says"
"""What a file is said to be where the cause is no fault of the file: the log has the details."""


_ADVICE = {
    _errno.EACCES: "check its permissions, and those of the folders above it",
    _errno.EPERM: "check its permissions, and those of the folders above it",
    _errno.ENOENT: "check the path, and that its folder is there",
    _errno.ENOTDIR: "check the path: a file stands in the place of a folder",
    _errno.EISDIR: "name a file",
    _errno.EEXIST: "name another",
    _errno.EROFS: "name a place on another disk",
    _errno.ENOSPC: "make room, or name a place on another disk",
    _errno.EIO: "check the disk",
    _errno.ENAMETOOLONG: "use a shorter name",
    _errno.ELOOP: "check the symbolic links of the path",
    _errno.EMFILE: "raise the limit with `ulimit -n`",
}


def plainly(error: OSError) -> str:
    """What the system says, and what to do about it."""
    said = error.strerror or str(error)
    advice = _ADVICE.get(error.errno or 0)
    return f"{said}; {advice}" if advice else said


class MusfuseError(Exception):
    """Root of all errors that musfuse raises on purpose."""

    errno: ClassVar[int] = _errno.EIO
    may_retry: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1


class ConfigError(MusfuseError):
    """An option is unknown or its value is not usable."""

    errno = _errno.EINVAL
    exit_code = 2


class TemplateError(ConfigError):
    """A template cannot be parsed; `position` is the index of the offending character."""

    def __init__(self, template: str, position: int, problem: str) -> None:
        self.template, self.position, self.problem = template, position, problem
        super().__init__(f"template: {problem}\n  {template}\n  {' ' * position}^")


class OriginError(MusfuseError):
    """An origin could not give what was asked of it."""


class NotFoundError(OriginError):
    """The path is not there (any more)."""

    errno = _errno.ENOENT


class RefusedError(OriginError):
    """The path leaves the origin's root, or the system denies access."""

    errno = _errno.EACCES


class UnavailableError(OriginError):
    """The origin cannot be reached now: unplugged, offline, I/O error."""

    may_retry = True


class AwayError(UnavailableError):
    """The origin as a whole cannot be reached now, not only what was asked of it."""


class NotLetInError(AwayError):
    """The origin is there, but does not let us in, or is not who it was: only somebody can mend that."""

    errno = _errno.EACCES


class SourceChangedError(OriginError):
    """The original is no longer the one a reader opened; a new open sees the new one."""

    may_retry = True


class MediaError(MusfuseError):
    """A file's contents cannot be used as audio."""


class MalformedError(MediaError):
    """The file breaks its format."""


class ExcessiveError(MalformedError):
    """The file holds more of something than any sound file does, or asks for more; it is not looked into further."""


class UnsupportedError(MediaError):
    """The file is sound but of a kind that musfuse does not convert."""


class IndexMismatchError(MediaError):
    """A frame came out of the encoder with another size than its index says; the index is dropped."""

    may_retry = True


class StoreError(MusfuseError):
    """A database or cache of this machine cannot be used."""


class DeviceError(MusfuseError):
    """A player or disk that files are put on cannot be used so: it is full, gone, or not what it was."""

    may_retry = True


class NoEntryError(MusfuseError):
    """No such name on the drive."""

    errno = _errno.ENOENT


class NotAFolderError(MusfuseError):
    """A folder was expected."""

    errno = _errno.ENOTDIR


class IsAFolderError(MusfuseError):
    """A file was expected."""

    errno = _errno.EISDIR


class NotALinkError(MusfuseError):
    """A symbolic link was expected."""

    errno = _errno.EINVAL


class BadNameError(MusfuseError):
    """No entry can have this name."""

    errno = _errno.EINVAL


class LongNameError(BadNameError):
    """A name is longer than a name of the drive may be."""

    errno = _errno.ENAMETOOLONG


class ExistsError(MusfuseError):
    """There is an entry of this name on the drive already."""

    errno = _errno.EEXIST


class NotEmptyError(MusfuseError):
    """A folder that is to be removed or replaced has entries."""

    errno = _errno.ENOTEMPTY


class CrossesError(MusfuseError):
    """An entry cannot be moved to another part of the drive: it is not the view's, or the place is not."""

    errno = _errno.EXDEV


class ReadOnlyError(MusfuseError):
    """The drive never changes an original (DRV-6)."""

    errno = _errno.EROFS


class BadHandleError(MusfuseError):
    """The handle is not open."""

    errno = _errno.EBADF


class TooManyOpenError(MusfuseError):
    """No more handles can be opened now."""

    errno = _errno.EMFILE
    may_retry = True


class LeavingError(MusfuseError):
    """The drive is about to go: what is open can be read on, nothing more is opened."""

    errno = _errno.ENODEV


class BusyError(MusfuseError):
    """Too many callers already wait for an index, or one took too long; ask again."""

    errno = _errno.EAGAIN
    may_retry = True


class TooManyTriesError(BusyError):
    """Credentials were tried too often, or by too many at once; `retry_after` is when to try again, in seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class NotSignedInError(MusfuseError):
    """Credentials are missing, wrong, or worth nothing any more. Which of these it is, and whether there is such a
    user, is not told."""

    errno = _errno.EACCES


class ForbiddenError(MusfuseError):
    """Whoever asks is known, and may not do this."""

    errno = _errno.EPERM


class ConflictError(MusfuseError):
    """What was to be changed is not what it was when it was read; read it again."""

    errno = _errno.EBUSY
    may_retry = True


class TooSlowError(MusfuseError):
    """What was asked for took longer than it may; something narrower may not."""

    errno = _errno.ETIMEDOUT


class FaceError(MusfuseError):
    """A face of the library cannot start or stop; the message says what to do."""

    exit_code = 3


class MountError(FaceError):
    """The drive cannot be mounted or unmounted."""


class ControlError(MusfuseError):
    """The process that owns the library refused or did not answer."""

    exit_code = 4


class LibraryInUseError(ControlError):
    """Another process owns the library."""

    errno = _errno.EBUSY


def errno_of(error: MusfuseError) -> int:
    """What a face answers: the error's own number, but EMFILE where the system had no descriptor left, so that who
    asked may ask again."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.errno in (_errno.EMFILE, _errno.ENFILE):
            return _errno.EMFILE
        found = found.__cause__ or found.__context__
    return error.errno
