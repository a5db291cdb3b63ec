"""obstore's client for one bucket, and what its errors mean. It is Rust: it holds no lock of Python while it waits, and
needs no thread of ours. It never tries anything again: the lane does. Where a server redirects it elsewhere, the
signature stays behind, but not a session token."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from obstore import exceptions, store

from musfuse.config.secrets import Secret
from musfuse.errors import (
    AwayError,
    ConfigError,
    NotFoundError,
    NotLetInError,
    OriginError,
    RefusedError,
    SourceChangedError,
    UnavailableError,
)
from musfuse.origins.s3.uris import S3Place

CONNECT_SECONDS, SILENT_SECONDS = 3, 20
"""Seconds until a server takes a connection, and that may pass without a byte of an answer."""
_NOTHING = timedelta(milliseconds=1)
_NO_RETRIES = {
    "max_retries": 0, "retry_timeout": timedelta(seconds=1),
    "backoff": {"init_backoff": _NOTHING, "max_backoff": _NOTHING, "base": 2},
}  # fmt: skip
_NOT_IN = (
    "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "NoSuchBucket",
)  # fmt: skip
"""Codes of S3 that tell of the bucket as a whole where a folder is listed."""
_SIGNS = {
    "InvalidCertificate": "its certificate is not trusted here", "InvalidContentType": "it speaks no TLS",
    "TimedOut": "no answer in time", "IncompleteMessage": "it ends connections without an answer",
}  # fmt: skip
_QUOTED = re.compile(r'(?:message|error): "([^"\n]{1,200})"')
NOT_PARTIAL = "non-partial response when range requested"
"""What obstore says of a server that gives a range with the status of a whole file."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets of a source; empty ones are those of the environment."""

    access_key: Secret
    secret_key: Secret
    session_token: Secret


def open_store(place: S3Place, options: Mapping[str, str], keys: Keys) -> store.S3Store:
    """The client of a bucket. Raises NotLetInError where secrets are not where they are said to be."""
    given: dict[str, Any] = {"region": options.get("region", "us-east-1")}
    endpoint = options.get("endpoint", "")
    if endpoint:
        given["endpoint"] = endpoint.rstrip("/")
        if options.get("anonymous") != "true" and (keys.session_token or os.environ.get("AWS_SESSION_TOKEN")):
            raise NotLetInError(
                f"{place.shown}: a session token goes to Amazon's own servers alone, since a redirect of another one"
                " would carry it on; use keys without one (AWS_SESSION_TOKEN counts as well)"
            )
    try:
        if options.get("anonymous") == "true":
            given["skip_signature"] = True
        elif keys.access_key:
            given |= {"access_key_id": keys.access_key.reveal(), "secret_access_key": keys.secret_key.reveal()}
            if keys.session_token:
                given["session_token"] = keys.session_token.reveal()
        path_style = options.get("path_style", "true" if endpoint else "false") == "true"
        return store.S3Store(
            place.bucket, **given, virtual_hosted_style_request=not path_style, retry_config=_NO_RETRIES,
            client_options={
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "read_timeout": timedelta(seconds=SILENT_SECONDS),
                "timeout": timedelta(seconds=600), "allow_http": endpoint.startswith("http:"),
            },
        )  # fmt: skip
    except ConfigError as error:
        raise NotLetInError(str(error)) from error
    except exceptions.BaseError as error:
        raise NotLetInError(f"{place.shown}: {_first_line(error)}") from None


def translated(shown: str, error: Exception, *, listing: bool = False) -> OriginError:
    """What an error of obstore means for a path. Its text holds addresses and answers of servers, of which only the
    first line is told, without what identifies a key."""
    text = str(error)
    if isinstance(error, exceptions.PreconditionError):
        return SourceChangedError(f"{shown}: changed since it was opened; open it again")
    if isinstance(error, FileNotFoundError | exceptions.NotFoundError):
        return NotFoundError(f"{shown}: no such file or folder")
    code = next((code for code in _NOT_IN if f"<Code>{code}</Code>" in text), "")
    if isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError) and not code:
        return RefusedError(f"{shown}: the server denies access; check what its keys allow")
    if code and (listing or code != "AccessDenied"):
        return NotLetInError(f"{shown}: the server says {code}; check bucket, keys and region (`musfuse source set`)")
    if code:
        return RefusedError(f"{shown}: the server denies access; check what its keys allow")
    if isinstance(error, exceptions.InvalidPathError):
        said = f"a key in it has an empty part, . or .., and cannot be listed: {_first_line(error)}"
        return UnavailableError(f"{shown}: {said}")
    if "Server returned non-2xx status code" in text or NOT_PARTIAL in text:
        return UnavailableError(f"{shown}: {_first_line(error)}")
    return AwayError(f"{shown}: cannot be reached: {_why(error)}")


def _why(error: Exception) -> str:
    """Why nothing was heard of a server. The first line tells it only where there was an answer; what was wrong before
    one stands below it, in no words of the server."""
    line, _, below = str(error).partition("\n")
    if not line.endswith("error sending request"):
        return _first_line(error)
    said = next((said for sign, said in _SIGNS.items() if sign in below), "")
    quoted = _QUOTED.findall(below)
    return said or (quoted[-1] if quoted else _first_line(error))


def _first_line(error: Exception) -> str:
    line = str(error).split("\n", 1)[0]
    return line.rsplit(" - ", 1)[-1].partition(": <?xml")[0][:200]
