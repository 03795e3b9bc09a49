"""X's twin: API v2 with OAuth 2.0, media uploads, posts and Account Activity webhooks."""
