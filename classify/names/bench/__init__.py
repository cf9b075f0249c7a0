"""The names benchmark: quality and speed of the finder beside other matchers, as `make bench-names` prints them."""
