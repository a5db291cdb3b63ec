"""Who reaches a library over a network, and what is theirs: accounts, devices, and what users think of music and play.

Synchronous, and without HTTP. `Library.server` builds it when it is asked for first (`parts.Server`):

- `server.setup`: the first set-up. `begin()` at each start gives a secret to print, '' where there is an account;
  `complete(…)` makes the first account.
- `server.signing_in`: `by_password` begins a session, `by_secret` says who a session or API key lets in (each
  request), `by_app_password` and `by_token` the same for old Subsonic clients, `vouched` for a trusted proxy. All give
  a `Caller`, or raise NotSignedInError or TooManyTriesError (which has `retry_after`).
- `server.devices`: API keys and app passwords are made; sessions and those are listed and revoked.
- `server.accounts`: users, their roles, rights per source, passwords and preferences. It asks nobody whether he may:
  a face checks `caller.user.check_admin()` or `check_is(number)` first, and names the caller in `by`.
- `server.states.of(user)`: the PlayState of a user: stars, ratings, plays, queue, bookmarks (`playstate.py`).
- `server.playlists`, `server.shares`: each asked `by` a user, who sees what is his and what is shared.
- `server.now_playing`: who plays what at this moment; in memory.
- `streams.py`: tracks as bytes, by their public ids.

An `address` is that of the client itself: where a trusted proxy hands requests on, the one that it names.
"""
