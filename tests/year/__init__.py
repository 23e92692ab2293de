"""A year of a programme, lived through the service's own pages and messages, and what came of it."""
