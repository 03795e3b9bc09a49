"""Postwright: write a post once; it goes out on every channel, on time, and never twice."""
