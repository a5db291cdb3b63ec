"""Sources at `s3://`, as data."""

import types
from collections.abc import Mapping
from urllib.parse import urlsplit

from musfuse.errors import ConfigError
from musfuse.origins import remote
from musfuse.origins.port import Origin
from musfuse.origins.registry import OpenContext, SchemeOption
from musfuse.origins.s3.uris import place_of
from musfuse.origins.spec import SourceSpec

_YES_NO = ("true", "false")


def _no_endpoint(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        usable = usable and not (parts.username or parts.password) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    return "" if usable else "https://HOST[:PORT] is wanted, without a name or password"


class S3Scheme:
    """`s3://BUCKET/FOLDER`. Keys are secrets of the source, or those of the environment (AWS_ACCESS_KEY_ID, …)."""

    name = "s3"
    options: Mapping[str, SchemeOption] = types.MappingProxyType(
        {
            **remote.OPTIONS,
            "endpoint": SchemeOption("URL of the server, where it is not Amazon's", check=_no_endpoint),
            "region": SchemeOption("region of the bucket"),
            "path_style": SchemeOption("the bucket stands in the path, not in the name of the host", _YES_NO),
            "anonymous": SchemeOption("ask without keys, as a public bucket allows", _YES_NO),
            "allow_plaintext": SchemeOption("use keys over http://, which everybody on the way can read", _YES_NO),
        }
    )
    secrets: Mapping[str, str] = types.MappingProxyType(
        {"access_key": "its id", "secret_key": "the key itself", "session_token": "of temporary keys"}
    )

    def locate(self, text: str) -> str:
        """The URI of a folder. Raises ConfigError."""
        return place_of(text).uri

    def shown(self, uri: str) -> str:
        """The URI, with only that quoted that has to be."""
        return place_of(uri).shown

    def same(self, uri: str, other: str) -> bool:
        """Whether both have the same spelling."""
        return uri == other

    def overlap(self, uri: str, other: str) -> bool:
        """Whether one folder is the other, or lies in it. Buckets of one name at different servers count as one: what a
        place is may not depend on options."""
        one, two = place_of(uri), place_of(other)
        return one.below(two) is not None or two.below(one) is not None

    def check(self, uri: str) -> None:
        """Nothing is asked here: that needs the options and secrets of the source."""
        del uri

    def inside(self, uri: str, text: str) -> str | None:
        """The path inside of the folder that a URI of this scheme means."""
        if not text.lower().startswith("s3://"):
            return None
        try:
            return place_of(text).below(place_of(uri))
        except ConfigError:
            return None

    def open(self, spec: SourceSpec, context: OpenContext) -> Origin:
        """The folder; nothing is asked of its server yet. Raises ConfigError where obstore is not installed, or keys
        would be sent so that others can read them."""
        endpoint, anonymous = spec.options.get("endpoint", ""), spec.options.get("anonymous") == "true"
        if endpoint.startswith("http:") and not (anonymous or spec.options.get("allow_plaintext") == "true"):
            raise ConfigError(
                f"{spec.uri}: {endpoint} would have keys sent where everybody on the way can read them; use https, or"
                " set allow_plaintext=true"
            )
        try:
            import obstore  # noqa: F401
        except ImportError as error:
            raise ConfigError(f"{spec.uri}: needs the package obstore; `pip install 'musfuse[s3]'`") from error
        from musfuse.origins.s3.client import Keys, open_store
        from musfuse.origins.s3.origin import S3Origin

        place = place_of(spec.uri)
        keys = Keys(*(spec.secret(name, context.commands) for name in self.secrets))
        return S3Origin(
            spec.uid, place, lambda: open_store(place, spec.options, keys), remote.index_when(spec), endpoint
        )
