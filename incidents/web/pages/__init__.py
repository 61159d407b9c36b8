"""Pages that stand by themselves: start, privacy, the exit."""
