"""What Meta's platforms share: the Graph API's shapes, tokens, permissions, rate limits, Pages, webhooks out."""
