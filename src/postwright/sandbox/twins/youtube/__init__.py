"""YouTube's Data API v3, Google's OAuth and the WebSub hub, as they answer from outside."""
