"""LinkedIn: OAuth, the Posts API and its uploads, comments, organisations, webhooks."""
