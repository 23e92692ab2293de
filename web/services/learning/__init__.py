"""What was learned: gathered, published, sent as a digest."""
