"""Use cases: plain async functions f(tx, command) -> value."""
