"""Everything this Stripe knows, in one SQLite file, so that a restart finds it again."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

KEY_S_MAX: Final = 24 * 3600  # idempotency keys are forgotten after a day
Object = dict[str, Any]

TABLES: Final = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, account TEXT, object TEXT, created INTEGER, body TEXT
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (object, account, seq);
CREATE TABLE IF NOT EXISTS keys (
    account TEXT, key TEXT, fingerprint TEXT, status INTEGER, body TEXT, at REAL, PRIMARY KEY (account, key)
);
CREATE TABLE IF NOT EXISTS deliveries (
    event TEXT PRIMARY KEY, account TEXT, due REAL, attempts INTEGER DEFAULT 0, delivered INTEGER DEFAULT 0
);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer to an idempotency key."""

    fingerprint: str
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shall hold. `types` and `delivered` are for events."""

    kind: str
    limit: int
    equal: dict[str, str] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=dict)
    after: str = ""
    before: str = ""
    types: tuple[str, ...] = ()
    delivered: bool | None = None

    def conditions(self) -> tuple[str, list[str | int]]:
        """The WHERE clause, of fixed parts only, and its values."""
        where, values = ["object = ?"], list[str | int]([self.kind])
        for name, value in self.equal.items():
            where.append("json_extract(body, '$.' || ?) = ?")
            values += [name, value]
        for name, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")):
            if name in self.created:
                where.append(f"created {sign} ?")
                values.append(self.created[name])
        for given, sign in ((self.after, "<"), (self.before, ">")):
            if given:
                where.append(f"seq {sign} (SELECT seq FROM objects WHERE id = ?)")  # nosec B608
                values.append(given)
        if self.types:
            where.append(f"json_extract(body, '$.type') IN ({', '.join('?' * len(self.types))})")
            values += self.types
        if self.delivered is not None:
            late = "(SELECT event FROM deliveries WHERE delivered = 0)"
            where.append(f"id NOT IN {late}" if self.delivered else f"id IN {late}")
        return " AND ".join(where), values


class Store:
    """Objects are JSON; those of one connected account are invisible to every other."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(folder / "stripe.sqlite", isolation_level=None)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + TABLES)
        self.db.execute("DELETE FROM keys WHERE at < ?", (time.time() - KEY_S_MAX,))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of a request or nothing of it."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def put(self, account: str, content: Object) -> None:
        self.db.execute(
            "INSERT INTO objects (id, account, object, created, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (content["id"], account, content["object"], content.get("created", 0), json.dumps(content)),
        )

    def get(self, account: str, given: str, kind: str = "") -> Object | None:
        row = self.db.execute(
            "SELECT body FROM objects WHERE id = ? AND account = ? AND (? = '' OR object = ?)",
            (given, account, kind, kind),
        ).fetchone()
        return json.loads(row[0]) if row else None

    def account_of(self, given: str) -> str | None:
        """Whose object it is; hosted pages know only an id."""
        row = self.db.execute("SELECT account FROM objects WHERE id = ?", (given,)).fetchone()
        return row[0] if row else None

    def listed(self, account: str, wanted: Wanted) -> tuple[list[Object], bool]:
        """A page, newest first, and whether there is more."""
        where, values = wanted.conditions()
        order = "ASC" if wanted.before else "DESC"
        query = f"SELECT body FROM objects WHERE account = ? AND {where} ORDER BY seq {order} LIMIT ?"  # nosec B608
        rows = [json.loads(row[0]) for row in self.db.execute(query, (account, *values, wanted.limit + 1))]
        page = rows[: wanted.limit]
        return page[::-1] if wanted.before else page, len(rows) > wanted.limit

    def kept(self, account: str, key: str) -> Kept | None:
        row = self.db.execute(
            "SELECT fingerprint, status, body FROM keys WHERE account = ? AND key = ?", (account, key)
        ).fetchone()
        return Kept(*row) if row else None

    def keep(self, account: str, key: str, kept: Kept) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?, ?, ?)",
            (account, key, kept.fingerprint, kept.status, kept.body, time.time()),
        )

    def post(self, account: str, event: str, due: float) -> None:
        """An event that shall be delivered, again if it was before."""
        self.db.execute(
            "INSERT INTO deliveries (event, account, due) VALUES (?, ?, ?)"
            " ON CONFLICT (event) DO UPDATE SET due = excluded.due, attempts = 0, delivered = 0",
            (event, account, due),
        )

    def due(self, now: float, attempts_max: int, limit: int) -> list[tuple[str, str, int]]:
        """Event, account and attempts so far of what should go out now."""
        return self.db.execute(
            "SELECT event, account, attempts FROM deliveries"
            " WHERE delivered = 0 AND attempts < ? AND due <= ? ORDER BY due, rowid LIMIT ?",
            (attempts_max, now, limit),
        ).fetchall()

    def tried(self, event: str, delivered: bool, due: float) -> None:
        self.db.execute(
            "UPDATE deliveries SET attempts = attempts + 1, delivered = ?, due = ? WHERE event = ?",
            (delivered, due, event),
        )

    def undelivered(self) -> int:
        return int(self.db.execute("SELECT count(*) FROM deliveries WHERE delivered = 0").fetchone()[0])
