"""Two scanners of others over a site of ours, and over one with holes: `python -m tests.attack`."""
