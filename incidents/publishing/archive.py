"""ZIP archives whose bytes depend on what is in them alone: one fixed time, one order, no names of machines."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping

_THEN = (1980, 1, 1, 0, 0, 0)
"""The first moment that the format knows."""


def zipped(files: Mapping[str, bytes], *, stored: Collection[str] = ()) -> bytes:
    """The files in the order given; `stored` names those that are not compressed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, inside in files.items():
            entry = zipfile.ZipInfo(name, _THEN)
            entry.external_attr = 0o100644 << 16
            entry.create_system = 3
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, inside, compress_type=how)
    return content.getvalue()
