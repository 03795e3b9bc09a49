"""`python -m postwright.cli`: the same as the command `postwright`, for children that need no PATH."""

from postwright.cli import app

app()
