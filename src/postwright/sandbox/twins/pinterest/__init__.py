"""Pinterest API v5: boards, sections, Pins, video uploads. Read routes.py first, then rules.py."""
