"""A small town of websites with fictional people, for the demo and the tests."""
