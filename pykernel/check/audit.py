# SPDX-License-Identifier: GPL-2.0-only
"""The whole audit: pages, zones, slabs and DMA mappings of one state of RAM."""

from dataclasses import dataclass, field

from pykernel.check.boot_places import BootPlaces
from pykernel.check.bounce import audit_bounce_slots
from pykernel.check.mappings import audit_mappings
from pykernel.check.memory import Memory
from pykernel.check.pages import Survey, survey_pages
from pykernel.check.slabs import audit_slabs
from pykernel.check.violations import TooMany, Violation, Violations
from pykernel.check.zone_numbers import check_zone_numbers

MOST = 50  # violations that an audit tells of


@dataclass(slots=True)
class Audit:
    """What an audit has to say, and how much there was to look at: names of things, and their numbers."""

    violations: list[Violation]
    examined: dict[str, int] = field(default_factory=dict)


def examine(memory: Memory, most: int = MOST) -> Audit:
    """Examine the kernel's memory; tell of at most `most` violations.

    It is to be asked between operations of the allocators, not in the middle of one. Where it has as many violations as
    it may tell of, it looks no further, and what it has examined stays incomplete.
    """
    log = Violations(most)
    result = Audit(log.found)
    try:
        survey = survey_pages(memory, log)
        if survey:
            result.examined |= _pages(survey)
            check_zone_numbers(memory, log, survey)
            places = BootPlaces(memory, log, survey)
            with log.reading("boot-memory"):
                places.check_zones(survey)
            result.examined |= audit_slabs(memory, log, survey)
            result.examined["dma_mappings"] = audit_mappings(memory, log)
            result.examined["bounce_slots"] = audit_bounce_slots(memory, log, places)
    except TooMany:
        pass
    return result


def audit(memory: Memory, most: int = MOST) -> list[Violation]:
    """Examine the kernel's memory, and give only the rules that it breaks. See `examine`."""
    return examine(memory, most).violations


def _pages(survey: Survey) -> dict[str, int]:
    codes = survey.codes
    pages = len(codes) - codes.count(0)
    return {"zones": len(survey.zones), "pages": pages, "free_pages": codes.count(b"F")}
