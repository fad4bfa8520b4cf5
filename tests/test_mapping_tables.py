# SPDX-License-Identifier: GPL-2.0-only
"""What the checker knows of the table of mappings, when it reads only where a call can have changed it."""

from guest_kernel import Guest
from hypothesis import given, settings
from hypothesis import strategies as st

from pykernel.check.access import Mapping, MappingTables
from pykernel.check.memory import Memory
from pykernel.mm.dma_mappings import ERROR_CHECKED, SINGLE

DEV = 0xFFFF_8100_0000_1000
# Few pages, so that searches meet, and the page whose home is the table's last slot, so that they go around its end.
PAGES = (1, 2, 0x0A18, 0x1A6D)
STEPS = st.lists(st.tuples(st.sampled_from(PAGES), st.integers(0, 7), st.booleans()), max_size=60)

_GUEST = Guest()
_MEMORY = Memory(_GUEST.ram, _GUEST.layout, _GUEST.config, _GUEST.kernel.mm.statics)


def fresh() -> MappingTables:
    kernel = _GUEST.kernel
    kernel.mm.ram.fill(kernel.mm.statics["dma_mappings"], kernel.mm.layout.variable("dma_mappings").size)
    kernel.mm.set("nr_dma_mappings", 0)
    tables = MappingTables(_MEMORY)
    assert tables.live() == []
    return tables


@settings(max_examples=80)
@given(STEPS)
def test_reading_where_a_call_can_have_changed_the_table_finds_what_reading_all_of_it_finds(
    steps: list[tuple[int, int, bool]],
) -> None:
    tables, table = fresh(), _GUEST.kernel.mappings
    live: dict[int, Mapping] = {}

    for number, (page, place, is_checked) in enumerate(steps):
        dma_addr = page << 12 | place << 8
        if dma_addr in live:
            table.remove(DEV, dma_addr, 256, 0, SINGLE, 1)
        else:
            table.add(DEV, dma_addr, 256, 0, SINGLE, 1, now_ns=number, marks=ERROR_CHECKED * is_checked)
        changes = tables.changed_at(dma_addr)

        assert changes is not None
        gone, new = changes
        assert gone == ([live.pop(dma_addr)] if dma_addr in live else [])
        live.update({each.dma_addr: each for each in new})
        assert tables.live() == MappingTables(_MEMORY).live()
        assert sorted(each.dma_addr for each in tables.live()) == sorted(live)


def test_where_the_table_has_changed_elsewhere_all_of_it_must_be_read() -> None:
    tables, table = fresh(), _GUEST.kernel.mappings
    table.add(DEV, 0x5000, 256, 0, SINGLE, 1)

    assert tables.changed_at(0x9000) is None
    assert [each.dma_addr for each in tables.live()] == [0x5000]
