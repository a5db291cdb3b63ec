"""Where originals lie. `port` says what an origin is, `registry` which kinds there are, `checked` what is
believed of them; `local` and `memory` are kinds."""

from musfuse.origins.checked import CheckedOrigin, checked_entries
from musfuse.origins.local import LocalOrigin, LocalScheme
from musfuse.origins.memory import MemoryOrigin
from musfuse.origins.port import Entry, Origin, SourceStat
from musfuse.origins.reader import all_or_nothing, allow_more, open_reader, origin_error
from musfuse.origins.registry import OpenContext, Registry, Scheme, SchemeOption
from musfuse.origins.s3 import S3Scheme
from musfuse.origins.sftp import SftpScheme
from musfuse.origins.spec import SourceSpec, scheme_of
from musfuse.origins.traits import IndexWhen, Traits

__all__ = [
    "CheckedOrigin",
    "Entry",
    "IndexWhen",
    "LocalOrigin",
    "LocalScheme",
    "MemoryOrigin",
    "OpenContext",
    "Origin",
    "Registry",
    "S3Scheme",
    "Scheme",
    "SchemeOption",
    "SftpScheme",
    "SourceSpec",
    "SourceStat",
    "Traits",
    "all_or_nothing",
    "allow_more",
    "checked_entries",
    "default_registry",
    "open_reader",
    "origin_error",
    "scheme_of",
]


def default_registry() -> Registry:
    """The kinds of origins that come with musfuse."""
    return Registry([LocalScheme(), SftpScheme(), S3Scheme()])
