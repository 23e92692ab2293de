"""Kills, outages and other bad days, and what must hold after them."""
