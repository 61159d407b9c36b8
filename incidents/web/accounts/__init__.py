"""Logging in and out of the desk, and who may enter which page."""
