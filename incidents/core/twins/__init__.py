"""Which reports, and which incidents, likely tell of the same event, and why. Nothing of it is kept."""
