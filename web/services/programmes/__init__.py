"""A programme as its organisers see it: settings, closing, dashboard, wording, audit trail."""
