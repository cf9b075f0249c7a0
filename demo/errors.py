"""What can go wrong in the demo town."""


class DemoError(Exception):
    """Something in the demo is not as it must be; the message says what, where and what to do."""


class TownError(DemoError):
    """The town did not start, or stopped by itself."""


class PostsError(DemoError):
    """A line of `demo/posts/*.jsonl` can't be read or contradicts itself."""
