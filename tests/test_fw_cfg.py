# SPDX-License-Identifier: GPL-2.0-only
"""fw_cfg: items by port and by DMA, as QEMU serves them."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from emulator.devices.fw_cfg import FwCfg, e820_table
from emulator.dma import Beyond, DmaPort, Reach
from tests.machine_parts import Bench

REQUEST = 0x8000
BUFFER = 0x2_0000
READ, SKIP, SELECT, WRITE, ERROR = 2, 4, 8, 16, 1
FILES = {"opt/dmalab/kernel": bytes(range(256)) * 40, "etc/e820": b"12345", "opt/empty": b""}


def _fw_cfg(bench: Bench) -> FwCfg:
    return FwCfg(FILES, bench.port())


def _by_port(device: FwCfg, key: int, length: int) -> bytes:
    device.write(0, 2, key)
    return bytes(device.read(1, 1) for _ in range(length))


def _by_dma(bench: Bench, device: FwCfg, control: int, length: int = 0, dma_addr: int = BUFFER) -> int:
    bench.ram.write(REQUEST, struct.pack(">IIQ", control, length, dma_addr))
    device.write(4, 4, 0)
    device.write(8, 4, int.from_bytes(REQUEST.to_bytes(4, "big"), "little"))
    return int.from_bytes(bench.ram.read(REQUEST, 4), "big")


def _directory(device: FwCfg) -> dict[str, tuple[int, int]]:
    (count,) = struct.unpack(">I", _by_port(device, 0x19, 4))
    entries = [struct.unpack(">IHH56s", bytes(device.read(1, 1) for _ in range(64))) for _ in range(count)]
    return {name.rstrip(b"\0").decode(): (select, size) for size, select, _, name in entries}


def test_signature_and_id_announce_the_dma_interface() -> None:
    bench = Bench()
    device = _fw_cfg(bench)

    assert _by_port(device, 0, 4) == b"QEMU"
    assert _by_port(device, 1, 4) == b"\x03\0\0\0"
    assert device.read(4, 4).to_bytes(4, "little") + device.read(8, 4).to_bytes(4, "little") == b"QEMU CFG"


def test_the_directory_lists_the_files_by_name() -> None:
    directory = _directory(_fw_cfg(Bench()))

    assert list(directory) == sorted(FILES)
    assert {name: size for name, (_, size) in directory.items()} == {name: len(data) for name, data in FILES.items()}
    assert min(select for select, _ in directory.values()) == 0x20


def test_files_are_read_by_port_and_end_in_zeroes() -> None:
    device = _fw_cfg(Bench())
    select, size = _directory(device)["etc/e820"]

    assert _by_port(device, select, size + 2) == b"12345\0\0"
    assert _by_port(device, 0x3FF0, 2) == b"\0\0"


def test_files_are_read_by_dma_piecewise() -> None:
    bench = Bench()
    device = _fw_cfg(bench)
    select, _ = _directory(device)["opt/dmalab/kernel"]

    assert _by_dma(bench, device, select << 16 | SELECT | SKIP, 100) == 0
    assert _by_dma(bench, device, READ, 1000) == 0
    assert _by_dma(bench, device, READ, 10, BUFFER + 1000) == 0

    assert bench.ram.read(BUFFER, 1010) == FILES["opt/dmalab/kernel"][100:1110]


def test_reading_past_the_end_fills_with_zeroes() -> None:
    bench = Bench()
    device = _fw_cfg(bench)
    bench.ram.fill(BUFFER, 100, 0xEE)
    select, _ = _directory(device)["etc/e820"]

    assert _by_dma(bench, device, select << 16 | SELECT | READ, 20) == 0

    assert bench.ram.read(BUFFER, 21) == b"12345" + bytes(15) + b"\xee"


def test_writing_is_an_error() -> None:
    bench = Bench()
    device = _fw_cfg(bench)

    assert _by_dma(bench, device, 0x20 << 16 | SELECT | WRITE, 4) == ERROR


def test_memory_that_cannot_be_reached_is_an_error() -> None:
    bench = Bench()
    device = FwCfg(FILES, DmaPort(bench.fabric, "fw_cfg", Reach(0xFFFFF, Beyond.ABORT)))

    assert _by_dma(bench, device, 0 << 16 | SELECT | READ, 4, 0x10_0000) == ERROR


def test_a_request_outside_of_ram_harms_nobody() -> None:
    bench = Bench()
    device = _fw_cfg(bench)

    device.write(4, 4, 0xFFFF_FFFF)
    device.write(8, 4, 0xFFFF_FFFF)

    assert _by_port(device, 0, 4) == b"QEMU"


@given(entries=st.lists(st.tuples(st.integers(0, 2**63), st.integers(0, 2**63), st.integers(1, 5)), max_size=6))
def test_the_ram_map_has_entries_of_20_bytes(entries: list[tuple[int, int, int]]) -> None:
    table = e820_table(entries)

    assert [struct.unpack_from("<QQI", table, at) for at in range(0, len(table), 20)] == entries
