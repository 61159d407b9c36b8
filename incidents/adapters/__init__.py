"""The outside world: sealing, passwords, codes, places, data files, the solver."""
