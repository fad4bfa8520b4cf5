# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's fw_cfg: the host hands the firmware its data, by port and by DMA.

Owns the interface; what lies in the files is the board's affair. Read-only: a write by DMA is answered with ERROR.
"""

import struct
from enum import IntFlag

from emulator.dma import DmaPort
from emulator.errors import BusError

SIGNATURE_KEY = 0x00
ID_KEY = 0x01
FILE_DIRECTORY_KEY = 0x19
FIRST_FILE_KEY = 0x20
_ID_TRADITIONAL_AND_DMA = 3
_DMA_SIGNATURE = b"QEMU CFG"
_NAME_BYTES = 56
_FILL_BYTES = 1 << 20  # a guest can ask for 4 GiB of zeroes: never all at once, and never outside of its RAM


class Control(IntFlag):
    """The control word of a DMA request; the upper half is the key to select."""

    ERROR = 0x01
    READ = 0x02
    SKIP = 0x04
    SELECT = 0x08
    WRITE = 0x10


class FwCfg:
    """The selector at offset 0 (16 bit, write), data at 1 (8 bit, read), the DMA address at 4 (two big-endian halves).

    Writing the low half of the address starts the request found there.
    """

    def __init__(self, files: dict[str, bytes], dma: DmaPort) -> None:
        names = sorted(files)
        self._items = {SIGNATURE_KEY: b"QEMU", ID_KEY: struct.pack("<I", _ID_TRADITIONAL_AND_DMA)}
        self._items |= {FIRST_FILE_KEY + index: files[name] for index, name in enumerate(names)}
        entries = [
            struct.pack(f">IHH{_NAME_BYTES}s", len(files[name]), FIRST_FILE_KEY + index, 0, name.encode())
            for index, name in enumerate(names)
        ]
        self._items[FILE_DIRECTORY_KEY] = struct.pack(">I", len(entries)) + b"".join(entries)
        self._dma = dma
        self._dma_high = 0
        self._select(SIGNATURE_KEY)

    def read(self, offset: int, width: int) -> int:
        """Give the next byte of the selected item, or the signature of the DMA interface."""
        if offset == 1 and width == 1:
            byte = self._item[self._position : self._position + 1]
            self._position += 1
            return byte[0] if byte else 0
        if offset >= 4:
            return int.from_bytes(_DMA_SIGNATURE[offset - 4 : offset - 4 + width], "little")
        return 0

    def write(self, offset: int, width: int, value: int) -> None:
        """Select an item, or start a DMA request."""
        if offset == 0 and width == 2:
            self._select(value)
        elif offset == 4 and width == 4:
            self._dma_high = _swap(value)
        elif offset == 8 and width == 4:
            request, self._dma_high = self._dma_high << 32 | _swap(value), 0
            self._run(request)

    def _select(self, key: int) -> None:
        self._item = self._items.get(key & 0x3FFF, b"")
        self._position = 0

    def _run(self, request: int) -> None:
        """Do the DMA request that lies at `request` and write its outcome back."""
        try:
            control, length, dma_addr = struct.unpack(">IIQ", self._dma.read(request, 16))
            if control & Control.SELECT:
                self._select(control >> 16)
            status = self._transfer(control, dma_addr, length)
            self._dma.write(request, struct.pack(">I", status))
        except BusError:
            return  # a request that the fabric refuses cannot be answered either

    def _transfer(self, control: int, dma_addr: int, length: int) -> int:
        """Move data, or only the position, and give the control word that says how it went."""
        if control & Control.READ:
            try:
                self._give(dma_addr, length)
            except BusError:
                return Control.ERROR
        elif control & Control.WRITE:
            return Control.ERROR if length else 0
        elif control & Control.SKIP:
            self._position += length
        return 0

    def _give(self, dma_addr: int, length: int) -> None:
        """Write the item's next `length` bytes to memory; beyond its end they are zeroes."""
        data = self._item[self._position : self._position + length]
        self._position += length
        if data:
            self._dma.write(dma_addr, data)
        for start in range(len(data), length, _FILL_BYTES):
            self._dma.write(dma_addr + start, bytes(min(_FILL_BYTES, length - start)))


def e820_table(entries: list[tuple[int, int, int]]) -> bytes:
    """Pack (start, length, type) entries as the file etc/e820 has them."""
    return b"".join(struct.pack("<QQI", *entry) for entry in entries)


def _swap(value: int) -> int:
    return int.from_bytes(value.to_bytes(4, "little"), "big")
