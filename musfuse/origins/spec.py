"""Build an origin from what `Origin.spec` said, in another process."""

from collections.abc import Mapping

from musfuse.errors import UnavailableError
from musfuse.origins.local import LocalOrigin


def is_local(spec: Mapping[str, object]) -> bool:
    """Whether another process of this machine reaches the origin by itself."""
    return spec.get("kind") == "local"


def origin_from_spec(spec: Mapping[str, object]) -> LocalOrigin:
    """The same origin again; raises UnavailableError for a kind that another process cannot reach."""
    if is_local(spec):
        return LocalOrigin(
            str(spec["uid"]),
            str(spec["root"]),
            follow_links_out=bool(spec["follow_links_out"]),
            open_files=int(str(spec["open_files"])),
        )
    raise UnavailableError(f"a source of kind {spec.get('kind')!r} cannot be read from another process")
