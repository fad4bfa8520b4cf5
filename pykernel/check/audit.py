# SPDX-License-Identifier: GPL-2.0-only
"""The whole audit: pages, zones and slabs of one state of RAM."""

from pykernel.check.memory import Memory
from pykernel.check.pages import survey_pages
from pykernel.check.slabs import audit_slabs
from pykernel.check.violations import TooMany, Violation, Violations
from pykernel.check.zone_numbers import check_zone_numbers

MOST = 50  # violations that an audit tells of


def audit(memory: Memory, most: int = MOST) -> list[Violation]:
    """Examine the kernel's memory, and give the rules that it breaks, at most `most` of them.

    It is to be asked between operations of the allocators, not in the middle of one.
    """
    log = Violations(most)
    try:
        survey = survey_pages(memory, log)
        if survey:
            check_zone_numbers(memory, log, survey)
            audit_slabs(memory, log, survey)
    except TooMany:
        pass
    return log.found
