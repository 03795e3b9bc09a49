"""PostgreSQL: tables and the statements that read and write them; no rules."""
