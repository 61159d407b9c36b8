"""Desks: what each is called in commands and records. Who is at one, and its key, stand in the database."""

from __future__ import annotations

import re

NATIONAL = "national"
"""The desk that is always there, and gets every report that is for no other."""
DESK_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}", re.ASCII)
"""What a desk is called in commands, always the same: sever, partner-x."""
LONGEST_NAME = 60
