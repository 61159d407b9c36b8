"""The reporter's journey: one form, one receipt, and the way back with its code."""
