"""Secrets that are made here are long, differ, and say what they are."""

import re

from musfuse.server.keys import PREFIXES, digest, new_secret
from musfuse.server.users import Means


def test_secrets_are_random_and_tell_their_kind() -> None:
    for kind, prefix in PREFIXES.items():
        made = {new_secret(kind) for _ in range(50)}
        assert len(made) == 50
        assert all(text.startswith(prefix) for text in made)
    assert all(re.fullmatch(r"mfa-([a-z2-7]{8}-){3}[a-z2-7]{8}", new_secret(Means.APP)) for _ in range(20))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", new_secret())
    assert re.fullmatch(r"mfk_[A-Za-z0-9_-]{43}", new_secret(Means.KEY))


def test_a_hash_is_bounded_and_takes_any_text() -> None:
    assert len(digest("\ud800" * 3)) == 32
    assert digest("a" * 10_000) == digest("a" * 20_000)
    assert digest("a" * 200) != digest("a" * 201)
