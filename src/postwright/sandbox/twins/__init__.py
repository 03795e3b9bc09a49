"""One folder for each vendor's twin. `base.py` says what a twin is; `meta/` is what several of them share."""
