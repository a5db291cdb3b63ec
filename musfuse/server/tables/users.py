"""Users with their rights and preferences, and the secret of the first set-up."""

from collections.abc import Collection, Iterator
from typing import Any

from musfuse.server.tables.database import ServerDatabase
from musfuse.server.users import Role, User, name_key

_COLUMNS = "u.id, u.name, u.role, u.owner, u.every_source, u.created_ns"
_SOURCES = "(SELECT group_concat(uid, char(10)) FROM user_source s WHERE s.user = u.id)"


class UserTable:
    """Queries and updates over user, user_source, preference and setup. May be used from many threads; raises
    StoreError."""

    def __init__(self, database: ServerDatabase) -> None:
        self.database = database

    def all(self) -> list[User]:
        """All users in order of name."""
        return [_user(row) for row in self._rows("ORDER BY u.name_key")]

    def of(self, number: int) -> User | None:
        """The user with this id."""
        return next((_user(row) for row in self._rows("WHERE u.id = ?", number)), None)

    def named(self, name: str) -> User | None:
        """The user of a name, however that is written."""
        return next((_user(row) for row in self._rows("WHERE u.name_key = ?", name_key(name))), None)

    def password_of(self, number: int) -> str:
        """What is kept of a user's password, in PHC format; '' for none."""
        rows = self.database.execute("SELECT password FROM user WHERE id = ?", number)
        return str(rows[0][0]) if rows else ""

    def is_empty(self) -> bool:
        """Whether there is no user yet."""
        return not self.database.execute("SELECT 1 FROM user LIMIT 1")

    def admins(self) -> int:
        """How many admins there are."""
        ((count,),) = self.database.execute("SELECT count(*) FROM user WHERE role = 'admin'")
        return int(count)

    def add(self, name: str, role: Role, password: str, sources: Collection[str] | None, now_ns: int) -> User:
        """Keep a new user, whose name no other has; the first one is the library's owner. Whoever checks these two does
        so in the same transaction."""
        with self.database.transaction():
            owner = int(self.is_empty())
            self.database.execute(
                "INSERT INTO user (name, name_key, role, owner, password, every_source, created_ns, password_ns)"
                " VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6)",
                name, name_key(name), role.value, owner, password, now_ns,
            )  # fmt: skip
            self.database.execute("DELETE FROM setup")
            made = self.named(name)
            assert made is not None
            self.set_sources(made.id, sources)
            return self.of(made.id) or made

    def set_password(self, number: int, password: str, now_ns: int | None = None) -> None:
        """Keep another password, in PHC format. `now_ns`: it was set; None: the same one, hashed anew."""
        self.database.execute(
            "UPDATE user SET password = ?1, password_ns = coalesce(?2, password_ns) WHERE id = ?3",
            password, now_ns, number,
        )  # fmt: skip

    def set_name(self, number: int, name: str) -> None:
        """Give a user another name, which no other user has."""
        self.database.execute("UPDATE user SET name = ?, name_key = ? WHERE id = ?", name, name_key(name), number)

    def set_role(self, number: int, role: Role) -> None:
        """Give a user another role."""
        self.database.execute("UPDATE user SET role = ? WHERE id = ?", role.value, number)

    def set_sources(self, number: int, sources: Collection[str] | None) -> None:
        """Have a user see these sources, None for all."""
        with self.database.transaction():
            self.database.execute("UPDATE user SET every_source = ? WHERE id = ?", int(sources is None), number)
            self.database.execute("DELETE FROM user_source WHERE user = ?", number)
            rows = ((number, uid) for uid in sorted(set(sources or ())))
            self.database.execute_many("INSERT INTO user_source (user, uid) VALUES (?, ?)", rows)

    def remove(self, number: int) -> None:
        """Forget a user, with all that is his here."""
        self.database.execute("DELETE FROM user WHERE id = ?", number)

    def preference(self, user: int, key: str) -> str | None:
        """The JSON that is kept under a key."""
        rows = self.database.execute("SELECT value FROM preference WHERE user = ? AND key = ?", user, key)
        return str(rows[0][0]) if rows else None

    def preferences(self, user: int) -> Iterator[tuple[str, str]]:
        """All keys with their JSON, in order."""
        yield from self.database.execute("SELECT key, value FROM preference WHERE user = ? ORDER BY key", user)

    def put_preference(self, user: int, key: str, value: str | None) -> None:
        """Keep JSON under a key; None forgets it."""
        if value is None:
            self.database.execute("DELETE FROM preference WHERE user = ? AND key = ?", user, key)
        else:
            self.database.execute("INSERT OR REPLACE INTO preference VALUES (?, ?, ?)", user, key, value)

    def preference_size(self, user: int) -> tuple[int, int]:
        """How many keys there are, and the characters of all together."""
        ((count, size),) = self.database.execute(
            "SELECT count(*), coalesce(sum(length(key) + length(value)), 0) FROM preference WHERE user = ?", user
        )
        return count, size

    def begin_setup(self, hash_: bytes, now_ns: int) -> bool:
        """Keep the hash of a secret in place of the last one, as long as there is no user; whether it is kept."""
        with self.database.transaction():
            if not self.is_empty():
                return False
            self.database.execute("INSERT OR REPLACE INTO setup (id, hash, created_ns) VALUES (1, ?, ?)", hash_, now_ns)
            return True

    def setup_hash(self) -> bytes | None:
        """The hash of the secret of the first set-up, None where none was made, or it was used."""
        rows = self.database.execute("SELECT hash FROM setup")
        return bytes(rows[0][0]) if rows else None

    def _rows(self, condition: str, *values: object) -> list[tuple[Any, ...]]:
        return self.database.execute(f"SELECT {_COLUMNS}, {_SOURCES} FROM user u {condition}", *values)


def _user(row: tuple[Any, ...]) -> User:
    number, name, role, owner, every, created_ns, uids = row
    sources = None if every or role == Role.ADMIN else frozenset((uids or "").split("\n")) - {""}
    return User(number, name, Role(role), bool(owner), sources, created_ns)
