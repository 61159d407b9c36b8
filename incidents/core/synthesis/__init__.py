"""Invented reports and what a desk made of them: for trying the site, for training and for tests.

Nothing here is taken from a real report. What is written, by whom and how often comes in as `texts.Texts`; the same
seed, day and texts give the same samples.
"""
