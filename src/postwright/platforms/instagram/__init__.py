"""Instagram, by Facebook Login and by Instagram Login."""
