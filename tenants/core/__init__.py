"""The ground every room stands on: database, scopes, jobs, errors, clock, ids, money, secrets."""
