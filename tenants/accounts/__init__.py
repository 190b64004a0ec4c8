"""Who is who: tenants, identities, members, sessions, mail, throttles."""
