"""What came of the conversations, counted without names."""
