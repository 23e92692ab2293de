"""Files of people and of history on their way in."""
