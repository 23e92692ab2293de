"""What `unmentoring` does, a file for each family of commands. `web.cli` puts them together."""
