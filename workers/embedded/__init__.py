"""PostgreSQL and Valkey from their wheels, for machines that bring neither."""

from workers.embedded.ground import Unusable
from workers.embedded.postgres import Postgres
from workers.embedded.valkey import Valkey

__all__ = ["Postgres", "Unusable", "Valkey"]
