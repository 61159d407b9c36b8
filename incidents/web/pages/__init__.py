"""Pages that stand by themselves: start, help, privacy, the exit."""
