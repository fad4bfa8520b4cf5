# SPDX-License-Identifier: GPL-2.0-only
"""Stretches of addresses, [start, end): whether they meet, and what is left of one. Knows no memory."""

from collections.abc import Collection

Span = tuple[int, int]


def overlap(one: Span, other: Span) -> bool:
    """Say whether two stretches have a byte in common."""
    return one[0] < other[1] and other[0] < one[1]


def without(span: Span, holes: Collection[Span]) -> list[Span]:
    """Give what is left of a span without the parts in `holes`."""
    start, left = span[0], []
    for first, last in sorted(holes):
        if start < first:
            left.append((start, first))
        start = max(start, last)
    return [*left, (start, span[1])] if start < span[1] else left
