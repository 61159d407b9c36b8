"""Where the folders beside the package lie: templates, static, translations, migrations.

In a checkout they stand next to the package; a wheel carries them inside it.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOT = _PACKAGE / "_resources" if (_PACKAGE / "_resources").is_dir() else _PACKAGE.parent


def folder(name: str) -> Path:
    """Absolute path of one top-level folder, e.g. ``folder("templates")``."""
    path = _ROOT / name
    if not path.is_dir():
        raise FileNotFoundError(f"{path} is missing: run from a checkout or an installed wheel")
    return path


def data_file(name: str) -> Path:
    """Absolute path of one data file of the package, e.g. ``data_file("places/districts.csv")``."""
    return _PACKAGE / "data" / name
