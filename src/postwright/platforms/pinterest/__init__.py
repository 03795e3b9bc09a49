"""Pinterest, by its own login."""
