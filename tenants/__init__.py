"""The domain: every rule of Qunfa, spoken in SQL and Valkey only."""
