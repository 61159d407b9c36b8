"""Batches of organisations: tables as people keep them, row by row to reports."""
