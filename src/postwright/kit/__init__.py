"""Tools that know nothing of posts: clock, ids, crypto, HTTP, text, signing, paging, logging, files."""
