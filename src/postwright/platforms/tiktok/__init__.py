"""TikTok: creators' accounts, by Login Kit v2 and the Content Posting API v2."""
