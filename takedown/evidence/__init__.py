"""Keeping what was seen: captures, time stamps, bundles, and the check of a bundle."""
