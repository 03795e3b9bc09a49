"""Facebook Pages as a part of Meta's twin: posts, photos, videos, reels, stories, comments."""
