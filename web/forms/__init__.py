"""What pages take from people: cleaned, checked, and answered in words that say what to do."""
