"""What can go wrong in running the house. Every message says what happened, where, and what to do next."""


class FlowError(Exception):
    """Any trouble a person at the command line can mend; the CLI prints its text and exits with 2."""
