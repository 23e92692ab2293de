"""Agreements that are in force."""
