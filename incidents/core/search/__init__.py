"""Finding words in texts that are in memory: what is typed, what fits, and where it stands."""
