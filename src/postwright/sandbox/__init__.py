"""The sandbox: one ASGI app that plays the vendors' APIs over real HTTP, as strictly as they do.

It shares nothing with the adapters: the rules here are a second reading of the vendors' pages.
What is common to all platforms lives in this folder, what one vendor does lives in `twins/`.
A further vendor is a Twin (twins/base.py) in a folder of its own and one line in app.TWINS.
"""
