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


class S3Scheme(remote.RemoteScheme):
    """`s3://BUCKET/FOLDER`. Keys are secrets of the source, or those of the environment (AWS_ACCESS_KEY_ID, …)."""

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

    def __init__(self) -> None:
        super().__init__("s3", place_of)

    def open(self, spec: SourceSpec, context: OpenContext) -> Origin:
        """The folder; nothing is asked of its server yet. Raises ConfigError where obstore is not installed, or keys
        would be sent so that others can read them."""
        endpoint, anonymous = spec.options.get("endpoint", ""), spec.options.get("anonymous") == "true"
        if endpoint.startswith("http:") and not (anonymous or spec.options.get("allow_plaintext") == "true"):
            raise ConfigError(
                f"{spec.uri}: {endpoint} would have keys sent where everybody on the way can read them; use https, or"
                " set allow_plaintext=true"
            )
        remote.need("obstore", spec)
        from musfuse.origins.s3.client import Keys, open_store
        from musfuse.origins.s3.origin import S3Origin

        place = place_of(spec.uri)
        keys = Keys(*(spec.secret(name, context.commands) for name in self.secrets))
        return S3Origin(
            spec.uid, place, lambda: open_store(place, spec.options, keys), remote.index_when(spec), endpoint
        )
