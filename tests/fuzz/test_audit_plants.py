# SPDX-License-Identifier: GPL-2.0-only
"""The long form of the planted corruptions: thousands, in every configuration."""

import pytest

from tests.test_check_audit import CONFIGS, plant


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.key}-{config.pageblock_order}")
@pytest.mark.parametrize("seed", [2, 3])
def test_thousands_of_corruptions_are_found_or_harmless_by_argument(config, seed):
    harvest = plant(config, seed, count=1000)

    print(f"{config.key}, seed {seed}: {harvest}")
    assert harvest.missed == []
    assert harvest.found > 400
