"""LinkedIn: members and the organisations they publish for."""
