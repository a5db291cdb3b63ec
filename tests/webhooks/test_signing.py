"""Signatures, as the library of the specification checks them."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from musfuse_webhooks.body import body_of
from musfuse_webhooks.signing import keys, new_secret, signed
from standardwebhooks import Webhook, WebhookVerificationError

from webhooks.receiver import SECRET


@settings(max_examples=30, deadline=None)
@given(random=st.binary(min_size=24, max_size=64), text=st.text(max_size=50))
def test_the_library_of_the_specification_takes_what_is_signed(random: bytes, text: str) -> None:
    secret, body = new_secret(random), body_of("file_added", time.time_ns(), {"path": text})
    headers = signed(keys(secret), "msg_1", int(time.time()), body, "file_added")
    assert Webhook(secret).verify(body, headers) == json.loads(body)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret(b"x" * 24)).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)


def test_while_a_secret_changes_both_sign() -> None:
    older, newer = new_secret(b"o" * 24), new_secret(b"n" * 24)
    headers = signed(keys(f"{newer}\n{older}\n"), "msg_1", int(time.time()), b"{}", "file_added")
    for secret in (older, newer):
        Webhook(secret).verify(b"{}", headers)
    assert headers["webhook-signature"].count("v1,") == 2


def test_the_headers_of_the_contract_are_beside_them() -> None:
    headers = signed(keys(SECRET), "msg_1", 5, b"{}", "file_added")
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    assert headers["X-MusicFS-Signature"] == "sha256=" + hmac.new(key, b"{}", hashlib.sha256).hexdigest()
    assert headers["X-MusicFS-Event"] == "file_added"


@pytest.mark.parametrize(
    "text",
    ["", "  ", "s3cr3t", "whsec_", "whsec_!", "whsec_" + "QUFB" * 7, "whsec_" + "QUFB" * 22, " ".join([SECRET] * 9)],
)
def test_what_is_no_secret_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64 of 24|1 to 8") as raised:
        keys(text)
    assert text in ("", "  ", "whsec_") or text not in str(raised.value)
