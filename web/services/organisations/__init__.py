"""Organisations, and the names and domains they go by."""
