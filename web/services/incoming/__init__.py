"""What comes in from outside: forms, replies and texts."""
