"""Which reports are alike: copies of one text, and texts that a machine threw together. Nothing of it is kept."""
