"""Migrations of the database, run by alembic (docs/decisions/0014)."""
