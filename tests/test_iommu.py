# SPDX-License-Identifier: GPL-2.0-only
"""The IOMMU: what the kernel maps is what devices reach, and nothing else; and what its pages lay open besides."""

import itertools
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dmalab import session
from dmalab.machine_spec import EduSpec, MachineSpec, RingNicSpec
from dmalab.result import Result
from dmalab.scenario import Scenario, find
from emulator.iommu import Iommu
from emulator.memmap import PAGE_OFFSET
from pykernel.check.access import MappingTables
from pykernel.check.exposure import Exposed, exposed_by
from pykernel.check.memory import Memory
from pykernel.layout.address import virt_to_phys
from pykernel.mm.dma_iommu import IommuOps
from tests.guest_kernel import Guest
from tests.test_dma_debug import SGL, make_list

DEVFN = 4 << 3
BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE = 0, 1, 2
GFP_KERNEL, GFP_ZERO = 0xD0, 0x8000
TEXT = range(0xFFFF_FFFF_8020_0000, 0xFFFF_FFFF_8021_0000)
EXPOSED = tuple(f"iommu-exposes-{what}" for what in ("own-data", "os-data", "mapping", "neighbours"))
QUIET = tuple((kind, "ignore") for kind in EXPOSED)


class Behind:
    """A guest whose devices are behind an IOMMU."""

    def __init__(self) -> None:
        self.guest = Guest().boot("dmalab_iommu")
        self.dev = self.guest.device()
        self.iommu = Iommu(self.guest.ram)
        self.iommu.roots = self.guest.phys("iommu_roots")
        mm = self.guest.kernel.mm
        self.ops = IommuOps(mm)
        self.memory = Memory(self.guest.ram, self.guest.layout, self.guest.config, mm.statics)

    def allows(self, dma_addr: int, length: int, *, is_write: bool) -> list[tuple[int, int]] | None:
        """Give where a transfer goes, None where it faults."""
        runs, fault = self.iommu.translate(DEVFN, dma_addr, length, is_write=is_write)
        return None if fault else runs

    def exposed(self, virt: int, size: int, direction: int = FROM_DEVICE) -> dict[str, Exposed]:
        """Map a buffer with the guest's call, and give what that lays open."""
        dma_addr = self.guest.call("dma_map_single", self.dev, virt, size, direction)
        live = MappingTables(self.memory).live()
        mapping = next(each for each in live if each.dma_addr == dma_addr)
        return {each.kind: each for each in exposed_by(self.memory, mapping, live, TEXT)}


_SHARED = Behind()


@pytest.mark.parametrize("name", ["0000:00:zz.0", "0000:00:04.9", "0000:00:ff.0", "0000:00:04", "0000:00:04.0x"])
def test_a_device_of_a_drivers_that_is_only_called_like_one_on_the_bus_is_not_translated(name: str) -> None:
    behind = Behind()
    words = behind.guest.ram.u64
    bus_id = words[(virt_to_phys(behind.dev) + behind.guest.layout.offset("device", "bus_id")) >> 3]
    behind.guest.ram.write(virt_to_phys(bus_id), name.encode() + b"\0")
    objp = behind.guest.call("kmalloc", 64, GFP_KERNEL)

    assert behind.guest.call("dma_map_single", behind.dev, objp, 64, TO_DEVICE) == objp - PAGE_OFFSET
    assert behind.guest.kinds() == []


@given(
    calls=st.lists(
        st.tuples(st.integers(0, 0x3000), st.integers(1, 0x2800), st.sampled_from([0, 1, 2]), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=20, deadline=None)
def test_a_device_reaches_what_is_mapped_and_nothing_after_it_was_unmapped(
    calls: list[tuple[int, int, int, bool]],
) -> None:
    behind, live = _SHARED, []

    for offset, size, direction, stays in calls:
        virt = PAGE_OFFSET + 0x100_0000 + offset
        dma_addr = behind.ops.map_single(behind.dev, virt, size, direction)
        readable = None if direction == FROM_DEVICE else [(virt - PAGE_OFFSET, size)]
        assert behind.allows(dma_addr, size, is_write=False) == readable
        assert (behind.allows(dma_addr, size, is_write=True) is None) == (direction == TO_DEVICE)
        if stays:
            live.append((dma_addr, size))
        else:
            behind.ops.unmap_single(behind.dev, dma_addr, size, direction)
            assert behind.allows(dma_addr, 1, is_write=False) is None
    pages = [page for dma_addr, size in live for page in range(dma_addr >> 12, ((dma_addr + size - 1) >> 12) + 1)]
    assert len(pages) == len(set(pages))
    assert all(dma_addr + size <= 1 << 32 for dma_addr, size in live)
    for dma_addr, size in live:
        behind.ops.unmap_single(behind.dev, dma_addr, size, BIDIRECTIONAL)
        assert behind.allows(dma_addr, size, is_write=True) is None


# (offset in a page, bytes). Whole pages may become neighbours on the bus; others never.
WHOLE_PAGES = st.integers(1, 3).map(lambda pages: (0, 4096 * pages))
ANY_PIECE = st.tuples(st.integers(0, 4095), st.integers(1, 0x3000))
# Most bytes of a piece, and the boundary that none may cross.
LIMITS = [(65536, 0xFFFF_FFFF), (8192, 0xFFFF_FFFF), (65536, 0x3FFF), (5000, 0xFFF)]


@given(
    shape=st.lists(WHOLE_PAGES | WHOLE_PAGES | ANY_PIECE, min_size=2, max_size=8),
    limits=st.sampled_from(LIMITS),
)
@settings(max_examples=100, deadline=None)
def test_a_list_is_mapped_in_order_and_merged_as_far_as_the_device_allows(
    shape: list[tuple[int, int]], limits: tuple[int, int]
) -> None:
    behind, (most, boundary) = _SHARED, limits
    guest, dev = behind.guest, behind.guest.device(number=2)
    name = guest.ram.u64[(virt_to_phys(dev) + guest.layout.offset("device", "bus_id")) >> 3]
    guest.ram.write(virt_to_phys(name), b"0000:00:04.0\0")
    parms = guest.call("kmalloc", 64, GFP_KERNEL | GFP_ZERO)
    guest.ram.u64[(virt_to_phys(dev) + guest.layout.offset("device", "dma_parms")) >> 3] = parms
    at = virt_to_phys(parms) + guest.layout.offset("device_dma_parameters", "max_segment_size")
    guest.ram.u32[at >> 2] = most
    at = virt_to_phys(parms) + guest.layout.offset("device_dma_parameters", "segment_boundary_mask")
    guest.ram.u64[at >> 3] = boundary
    pieces = [
        (PAGE_OFFSET + 0x100_0000 + 0x1_0000 * number + offset, length) for number, (offset, length) in enumerate(shape)
    ]
    sgl = make_list(guest, *pieces)
    before = len(guest.findings)

    count = guest.call("dma_map_sg", dev, sgl, len(pieces), BIDIRECTIONAL, 0)

    segments = [struct.unpack("<QI", guest.ram.read(SGL + 32 * number + 16, 12)) for number in range(count)]
    runs = [run for dma_addr, length in segments for run in behind.allows(dma_addr, length, is_write=True) or ()]
    assert joined(runs) == joined([(virt - PAGE_OFFSET, length) for virt, length in pieces])
    own = {length for _, length in pieces}
    assert all(length <= most or length in own for _, length in segments)
    for dma_addr, length in segments:
        crosses = (dma_addr ^ dma_addr + length - 1) & ~boundary
        assert not crosses or (length in own and (length - 1 > boundary or dma_addr & 4095))
    for (start, length), (following, more) in itertools.pairwise(segments):
        mergeable = start + length == following and not following & 4095
        assert not mergeable or length + more > most or (start ^ following + more - 1) & ~boundary
    guest.call("dma_sync_sg_for_cpu", dev, sgl, len(pieces), BIDIRECTIONAL)
    guest.call("dma_unmap_sg", dev, sgl, len(pieces), BIDIRECTIONAL, 0)
    assert all(behind.allows(dma_addr, 1, is_write=False) is None for dma_addr, _ in segments)
    said = {each.kind for each in list(guest.findings)[before:]}
    assert said <= {"dma-sg-too-long", "dma-sg-boundary"}
    assert not said or any(length > most or length - 1 > boundary or virt & 4095 for virt, length in pieces)
    assert len(MappingTables(behind.memory)) == 0


def joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put runs of memory together that follow each other."""
    found: list[tuple[int, int]] = []
    for start, length in runs:
        if found and sum(found[-1]) == start:
            found[-1] = found[-1][0], found[-1][1] + length
        else:
            found.append((start, length))
    return found


def test_who_unmaps_as_many_pieces_as_the_device_got_is_told() -> None:
    guest = Guest().boot("dmalab_iommu")
    dev = guest.device()
    page = guest.call("get_free_pages", GFP_KERNEL, 2)
    sgl = make_list(guest, (page + 8192, 4096), (page, 4096))

    assert guest.call("dma_map_sg", dev, sgl, 2, FROM_DEVICE, 0) == 1
    guest.call("dma_unmap_sg", dev, sgl, 1, FROM_DEVICE, 0)

    assert guest.kinds() == ["dma-unmap-sg-count"]


def test_an_access_beyond_a_mapped_page_or_of_another_function_faults() -> None:
    behind = Behind()
    dma_addr = behind.ops.map_single(behind.dev, PAGE_OFFSET + 0x100_0000, 4096, BIDIRECTIONAL)
    below = dma_addr - 4096

    assert behind.allows(dma_addr, 4096, is_write=True) == [(0x100_0000, 4096)]
    runs, fault = behind.iommu.translate(DEVFN, below, 4097, is_write=True)
    assert runs == []
    assert fault is not None
    assert (fault.dma_addr, fault.words) == (below, "[fault reason 05] PTE Write access is not set")
    assert behind.iommu.translate(DEVFN + 8, dma_addr, 1, is_write=False)[1] is not None


def test_coherent_memory_is_mapped_both_ways_wherever_it_lies() -> None:
    behind = Behind()
    handle = behind.guest.phys("boot_params")

    virt = behind.guest.call("dma_alloc_coherent", behind.dev, 8192, behind.guest.symbols["boot_params"], GFP_KERNEL)

    dma_addr = behind.guest.ram.u64[handle >> 3]
    assert behind.allows(dma_addr, 8192, is_write=True) == [(virt_to_phys(virt), 8192)]
    assert behind.allows(dma_addr, 8192, is_write=False) == [(virt_to_phys(virt), 8192)]


def test_a_device_that_is_not_behind_it_gets_coherent_memory_within_its_own_reach() -> None:
    behind, mask = Behind(), (1 << 24) - 1
    dev = behind.guest.device(mask=mask, coherent=mask, number=1)
    name = behind.guest.ram.u64[(virt_to_phys(dev) + behind.guest.layout.offset("device", "bus_id")) >> 3]
    behind.guest.ram.write(virt_to_phys(name), b"isa_pattern\0")

    virt = behind.guest.call("dma_alloc_coherent", dev, 8192, behind.guest.symbols["boot_params"], GFP_KERNEL)

    assert behind.guest.ram.u64[behind.guest.phys("boot_params") >> 3] == virt_to_phys(virt)
    assert virt_to_phys(virt) + 8191 <= mask


def test_who_syncs_by_himself_gets_the_permission_of_the_direction_all_the_same() -> None:
    behind = Behind()
    page = behind.guest.call("get_free_pages", GFP_KERNEL, 0)

    dma_addr = behind.guest.call("dma_map_single", behind.dev, page, 256, TO_DEVICE, 1 << 5)

    assert behind.allows(dma_addr, 256, is_write=False) == [(virt_to_phys(page), 256)]
    assert behind.allows(dma_addr, 256, is_write=True) is None


def test_neighbours_and_their_function_pointers_are_named() -> None:
    behind = Behind()
    buffer, neighbour = (behind.guest.call("kmalloc", 512, GFP_KERNEL) for _ in range(2))
    behind.guest.ram.u64[(virt_to_phys(neighbour) + 16) >> 3] = TEXT.start + 0x40

    found = behind.exposed(buffer, 512)

    assert "iommu-exposes-own-data" not in found
    assert found["iommu-exposes-neighbours"].pointers == ((virt_to_phys(neighbour) + 16, TEXT.start + 0x40),)
    assert "cache size-512" in found["iommu-exposes-neighbours"].what


def test_the_rest_of_its_own_object_and_the_slabs_management_are_told_apart() -> None:
    behind = Behind()
    virt = min(behind.guest.call("kmalloc", 256, GFP_KERNEL) for _ in range(12))

    found = behind.exposed(virt + 64, 64)

    phys = virt_to_phys(virt)
    assert found["iommu-exposes-own-data"].spans == ((phys, phys + 64), (phys + 128, phys + 256))
    assert "iommu-exposes-os-data" in found


def test_a_page_that_is_mapped_twice_in_different_ways_is_told() -> None:
    behind = Behind()
    page = behind.guest.call("get_free_pages", GFP_KERNEL, 0)
    assert behind.exposed(page, 1024, TO_DEVICE) == {}

    found = behind.exposed(page + 2048, 1024, FROM_DEVICE)

    assert list(found) == ["iommu-exposes-mapping"]


def run(step: str, *options: str) -> Result:
    """Run a driver behind an IOMMU."""
    devices = (EduSpec(), RingNicSpec(reach=(1 << 64) - 1))
    machine = MachineSpec(devices=devices, iommu=True, findings=QUIET)
    return session.run(machine, Scenario(step, "", (step,), options), workload_path=None, trace_path=None)


@pytest.mark.parametrize("name", ["ring_nic", "edu"])
def test_drivers_run_behind_it_as_they_are(name: str) -> None:
    result = run(name)

    assert [str(finding) for finding in result.findings] == []
    assert result.exit_code == 0
    assert all(each.dma_addr != each.phys for each in result.transfers)
    assert set(result.hidden["ignored"]) <= set(EXPOSED)


def test_what_is_not_mapped_is_refused_and_both_are_reported() -> None:
    result = run("dma_abuse", "dma_abuse=unmapped")

    assert [finding.kind for finding in result.findings] == ["dma-unmapped", "iommu-fault"]
    assert "Present bit in context entry is clear" in result.findings[1].sentence
    assert "memory" not in result.findings[0].details  # a bus address of one's own making is nobody's memory


def test_behind_it_a_finding_names_the_memory_that_was_meant_and_not_what_lies_at_the_bus_address() -> None:
    finding = run("dma_abuse", "dma_abuse=after_unmap").findings[0]

    assert finding.kind == "dma-after-unmap"
    assert "of cache size-256(DMA)" in finding.details["memory"]
    assert "dma_abuse.c" in finding.details["allocated_at"]
    assert "hit" not in finding.details


def test_the_scenario_reports_what_pages_lay_open_once_for_each_line() -> None:
    spec = MachineSpec(devices=(RingNicSpec(),), iommu=True)

    result = session.run(spec, find("ring-nic"), workload_path=None, trace_path=None)

    kinds = [finding.kind for finding in result.findings]
    assert set(kinds) <= set(EXPOSED)
    assert "iommu-exposes-neighbours" in kinds
    lines = [(finding.kind, finding.details["mapped_at"][0]) for finding in result.findings]
    assert len(lines) == len(set(lines))
