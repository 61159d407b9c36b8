"""Finds what could identify someone in a text. Marks only: a human decides what goes."""
