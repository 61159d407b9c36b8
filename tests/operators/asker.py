"""Asks for a page of the machine it runs on: JSON of address, fields, headers, certificate in; status and page out."""

from __future__ import annotations

import json
import ssl
import sys
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener


def main() -> None:
    asked = json.load(sys.stdin)
    body = urlencode(asked["fields"], doseq=True).encode() if asked["fields"] is not None else None
    context = ssl.create_default_context(cafile=asked["certificate"])
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
    request = Request(asked["address"], data=body, headers=asked["headers"])  # noqa: S310 (our own machine)
    try:
        with opener.open(request, timeout=40) as answer:
            status, page = answer.status, answer.read().decode()
    except HTTPError as refused:
        status, page = refused.code, refused.read().decode()
    json.dump({"status": status, "page": page}, sys.stdout)


if __name__ == "__main__":
    main()
