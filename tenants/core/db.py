"""The database: one Flask-SQLAlchemy object, the base of all models, and the listener that enters the scope.

Tenant models say `__table_args__ = {"schema": TENANT}`; that schema does not exist, and the listener maps it to the
scope's own `t_<id>`. Shared models name `shared` or `ledger`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Connection, DateTime, MetaData, Sequence, Text, event, text
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, registry

import tenants
from tenants.core import scopes

TENANT = "tenant"
SHARED = "shared"
LEDGER = "ledger"

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every model."""

    registry = registry(
        metadata=MetaData(naming_convention=_NAMES),
        type_annotation_map={
            int: BigInteger,
            str: Text,
            datetime: DateTime(timezone=True),
            dict[str, Any]: JSONB,
            list[Any]: JSONB,
            bytes: BYTEA,
        },
    )


db = SQLAlchemy(
    model_class=Base,
    session_options={"scopefunc": scopes.session_key, "expire_on_commit": False},
    engine_options={
        # PgBouncer in transaction mode needs statements that live no longer than their transaction.
        "connect_args": {"prepare_threshold": None},
        "pool_size": 10,
        "max_overflow": 10,
        # A backend keeps about 0.4 MB for each tenant it has touched; ten minutes bound that.
        "pool_recycle": 600,
        "pool_pre_ping": True,
    },
)

# Tenant rows take their ids from the tenant's one sequence, shared rows from the shared one.
tenant_ids = Sequence("ids", schema=TENANT, metadata=Base.metadata)
shared_ids = Sequence("ids", schema=SHARED, metadata=Base.metadata)

_SORTING = text("SELECT set_config('enable_sort', :whether, true)")
_ENTER = text("SELECT set_config('role', :role, true), set_config('qunfa.tree', :tree, true)")


def _enter_scope(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Runs at the start of every transaction, so also after a commit in the middle of a request."""
    scope = scopes.current()
    if scope.schema:
        connection.execution_options(schema_translate_map={TENANT: scope.schema})
    tree = "" if scope.tree is None else str(scope.tree)
    connection.execute(_ENTER, {"role": scope.role, "tree": tree})


event.listen(db.session, "after_begin", _enter_scope)


@contextmanager
def in_order() -> Iterator[None]:
    """Within, what is asked for in the order of an index is read along that index, without sorting.

    For tables that are queues. Statistics tell how little waited when they were made; by them it seems cheap to fetch
    all that waits and sort it, for each slice of a backlog anew.
    """
    db.session.execute(_SORTING, {"whether": "off"})
    yield
    db.session.execute(_SORTING, {"whether": "on"})


_MODELS_OF_CORE = {"tenants.core.agenda", "tenants.core.audit", "tenants.core.files"}


def _raise(_name: str) -> None:
    """A room that cannot be imported is a fault; the walk would leave its tables out and say nothing."""
    raise  # noqa: PLE0704 - called while the fault is being handled


def load_models() -> MetaData:
    """Import every room's models, so that the metadata is whole; the metadata."""
    for found in pkgutil.walk_packages(tenants.__path__, "tenants.", onerror=_raise):
        if found.name.endswith(".models") or found.name in _MODELS_OF_CORE:
            importlib.import_module(found.name)
    return Base.metadata
