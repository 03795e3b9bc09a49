"""X, by API v2."""
