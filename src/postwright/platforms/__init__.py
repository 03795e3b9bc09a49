"""One folder a platform: what it can do as data (spec), its replies as types (wire), its calls (adapter)."""
