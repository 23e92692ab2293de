"""One request: its context, who may open what, what guards it, and how an answer looks."""
