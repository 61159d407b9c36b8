"""What goes wrong, told to programs: problem details as RFC 9457 has them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from flask import Response

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int, title: str, detail: str, *, code: str = "", errors: Sequence[Mapping[str, str]] = ()
) -> Response:
    """`code` tells programs apart what `detail` tells people; `errors` names each member that has to be mended."""
    told: dict[str, object] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if code:
        told["code"] = code
    if errors:
        told["errors"] = errors
    return Response(json.dumps(told, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
