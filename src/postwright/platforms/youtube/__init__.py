"""YouTube (YouTube Data API v3)."""
