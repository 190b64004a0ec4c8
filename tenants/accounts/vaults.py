"""The keys of the scope's tenant, opened once and kept for the life of the process."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from tenants.accounts.models import Tenant
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.secrets import Vault

# Opened vaults of one application; a process that serves more tenants than this opens some again.
KEPT_MAX = 500


def vault() -> Vault:
    """The scope's tenant's vault."""
    kept: dict[int, Vault] = current_app.extensions.setdefault("vaults", {})
    tenant_id = scopes.tenant_id()
    if tenant_id not in kept:
        if len(kept) >= KEPT_MAX:
            kept.clear()
        wrapped = db.session.scalars(select(Tenant.data_key).where(Tenant.id == tenant_id)).one()
        kept[tenant_id] = Vault(current_app.config["SETTINGS"].qunfa_secret, tenant_id, wrapped)
    return kept[tenant_id]
