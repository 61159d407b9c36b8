"""Programs of the system that some tests need: browsers, servers, what reads configuration files."""

from __future__ import annotations

import os
import shutil

import pytest


def needed(*names: str, package: str = "") -> str:
    """Where the first of these programs is; without any the test is skipped, and in CI it fails."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        said = f"{names[0]} is not installed (Debian: {package or names[0]})"
        pytest.fail(said) if os.environ.get("CI") else pytest.skip(said)
    return found
