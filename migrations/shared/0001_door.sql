-- The door: exact look-ups before anyone is known. The role has no right on any table, only these functions.

CREATE FUNCTION shared.door_session(p_token_hash text) RETURNS TABLE (
    session_id bigint, created_at timestamptz, seen_at timestamptz, identity_id bigint, email text,
    person text, locale text, is_staff boolean, tenant_id bigint, role text, tenant_state text, tenant_name text,
    time_zone text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = shared, pg_temp AS $$
    SELECT s.id, s.created_at, s.seen_at, i.id, i.email, i.name, i.locale, i.is_staff,
           t.id, coalesce(m.role, ''), coalesce(t.state, ''), coalesce(t.name, ''),
           coalesce(t.time_zone, '')
      FROM shared.sessions s
      JOIN shared.identities i ON i.id = s.identity_id
      LEFT JOIN shared.members m ON m.identity_id = i.id AND m.tenant_id = s.tenant_id
      LEFT JOIN shared.tenants t ON t.id = m.tenant_id
     WHERE s.token_hash = p_token_hash AND s.ends_at > now()
$$;

CREATE FUNCTION shared.door_identity(p_email text) RETURNS TABLE (
    identity_id bigint, password_hash text, verified_at timestamptz, is_staff boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = shared, pg_temp AS $$
    SELECT id, password_hash, verified_at, is_staff FROM shared.identities WHERE email = p_email
$$;
