"""Asking for what is published."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import g
from sqlalchemy.orm import Session

from incidents.services.sources import Chain
from incidents.web.platform import platform

Answer = TypeVar("Answer")


def ask(question: Callable[[Session], Answer]) -> Answer:
    """All questions of one request go to one place. Raises as services.sources.Chain.ask."""
    if "sources" not in g:
        g.sources = platform().sources.chain()
    chain: Chain = g.sources
    return chain.ask(question)
