"""Instagram's twin, for both logins: Instagram Login (graph.instagram.com) and Facebook Login (graph.facebook.com)."""
