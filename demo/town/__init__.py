"""The town itself: four websites and an abuse desk on loopback, in one process of their own."""

from demo.town.start import DEFAULT_PORTS, Town, start_town

__all__ = ["DEFAULT_PORTS", "Town", "start_town"]
