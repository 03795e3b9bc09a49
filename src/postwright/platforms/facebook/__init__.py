"""Facebook Pages, by Facebook Login."""
