"""People: joining, their details, their silence, and their going."""
