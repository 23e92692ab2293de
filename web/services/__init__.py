"""Use cases. Each takes a session, plain data and the time, and commits nothing itself."""
