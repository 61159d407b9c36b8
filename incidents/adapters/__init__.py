"""The outside world: sealing, passwords, codes, places and data files."""
