"""Which counts are too small to publish, and what protecting one means. How it is done stands in `disclosure`.

A small count is protected when the published figures fit both nobody and `threshold` or more: readers can conclude
neither that something happened nor that it happened to few (Hundepool et al. 2012, Statistical Disclosure Control,
chapter 4).
"""

from __future__ import annotations

from incidents.core.tables import Cell, System


class Unprotectable(Exception):
    """No pattern protects `cell`: what must be published gives it away. The tables must be coarser."""

    def __init__(self, cell: Cell, threshold: int) -> None:
        super().__init__(f"{cell} cannot be kept from being computed (threshold {threshold})")
        self.cell = cell
        self.threshold = threshold


def primary(system: System) -> frozenset[Cell]:
    """The cells too small to publish: from 1 to threshold - 1. Differences that readers can compute count too."""
    return frozenset(
        cell
        for cell, threshold in system.thresholds.items()
        if 1 <= system.counts[cell] < threshold and cell not in system.never_withheld
    )
