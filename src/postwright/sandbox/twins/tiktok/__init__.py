"""The twin of TikTok: Login Kit, the Content Posting API, the Display API and webhooks."""
