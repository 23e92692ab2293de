"""Organisers: their accounts, their sign-ins, and the team of a programme."""
