# SPDX-License-Identifier: GPL-2.0-only
"""The long form of the device that does what it wants: 100,000 transfers judged, and 100,000 into machines that run."""

import pytest

from tests.wild import Raid, judged

TRANSFERS, SHARES = 100_000, 10


@pytest.mark.parametrize("seed", range(100, 100 + SHARES))
def test_each_of_100_000_random_transfers_is_judged(seed: int) -> None:
    outside, misjudged = judged(TRANSFERS // SHARES, seed)

    assert misjudged == []
    assert outside > TRANSFERS // SHARES // 2


@pytest.mark.parametrize("share", range(SHARES))
def test_100_000_transfers_into_running_machines_do_not_hurt_the_host(share: int) -> None:
    done = machines = 0

    while done < TRANSFERS // SHARES:
        raid = Raid(1000 * share + machines, ("default", "module-unload")[machines & 1])
        assert raid.run().findings
        done += raid.transfers
        machines += 1

    print(f"{done} transfers into {machines} machines")
