"""Releases in the formats that tools open: pure functions from frozen files and their words to bytes."""
