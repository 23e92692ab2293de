"""What every subject stands on: programmes, contact, links, audit, times, words."""
