"""From "tell this person that" to "it arrived". Knows no people, no rounds, no web."""
