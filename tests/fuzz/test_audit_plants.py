# SPDX-License-Identifier: GPL-2.0-only
"""The long form of the planted corruptions: thousands, in every configuration."""

import pytest

from tests.test_check_audit import CONFIGS, missed


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.key}-{config.pageblock_order}")
@pytest.mark.parametrize("seed", [2, 3])
def test_thousands_of_corruptions_are_found_or_harmless_by_argument(config, seed):
    found, silent = missed(config, seed, count=1000)

    assert silent == []
    assert found > 400
