"""The application: it remembers and serves. `matcher` thinks, `notifications` speaks."""
