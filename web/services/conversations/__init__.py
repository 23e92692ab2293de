"""Check-ins, and reports of something that went wrong."""
