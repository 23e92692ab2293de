"""A round, from the pot to the introductions, and what happens to it on the way."""
