"""Reading pages: one module for each kind of site, pure functions from bytes to `Posts`. Nothing here fetches."""
