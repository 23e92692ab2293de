"""What the worker does between messages: jobs, and the operator's alerts."""
