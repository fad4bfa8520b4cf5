# SPDX-License-Identifier: GPL-2.0-only
"""The table of transfers: every DMA of a device, whose memory it was at that moment, what the driver made of it.

Listens to the trace and to the kernel; reads guest RAM only through `check`.
"""

from dmalab.result import Transfer
from emulator.trace import Dma
from pykernel.check.memory import Memory
from pykernel.check.owner import Owner, owner_of
from pykernel.kernel import Kernel, TransferResult
from pykernel.mm.dma_mappings import Mapping

HOST_DEVICES = ("fw_cfg",)  # whose DMA is the machine's own business
KEPT_TRANSFERS = 1000
_FROM_DEVICE = 2  # enum dma_data_direction


class TransferLog:
    """Collects the transfers of one run."""

    def __init__(self, memory: Memory, kernel: Kernel) -> None:
        self.transfers: list[Transfer] = []
        self.dropped = 0  # beyond KEPT_TRANSFERS
        self._memory = memory
        self._kernel = kernel

    def on_dma(self, event: Dma) -> None:
        """Take a device's access to memory."""
        if event.device in HOST_DEVICES:
            return
        if len(self.transfers) >= KEPT_TRANSFERS:
            self.dropped += 1
            return
        owner = owner_of(self._memory, event.phys)
        mapping = find_mapping(self._kernel, event.device, event.dma_addr)
        self.transfers.append(
            Transfer(
                now_ns=event.now_ns,
                device=event.device,
                to_device=not event.is_write,
                dma_addr=event.dma_addr,
                phys=event.phys,
                length=event.length,
                outcome=event.outcome,
                owner=_owner_name(owner),
                first=owner.first,
                zone=owner.zone,
                mapping=None if mapping is None else mapping.type_name,
            )
        )

    def on_result(self, result: TransferResult) -> None:
        """Take the driver's word on a transfer, which is about those that fit and that it has not judged yet."""
        to_device = result.direction != _FROM_DEVICE
        end = result.dma_addr + result.length
        for index, transfer in enumerate(self.transfers):
            if transfer.device != result.device or transfer.result is not None:
                continue
            if transfer.to_device == to_device and result.dma_addr <= transfer.dma_addr < end:
                self.transfers[index] = transfer._replace(result=result.error)


def find_mapping(kernel: Kernel, device: str, dma_addr: int) -> Mapping | None:
    """Find the live mapping of `device` that holds `dma_addr`."""
    for mapping in kernel.mappings:
        holds = mapping.dma_addr <= dma_addr < mapping.dma_addr + mapping.size
        if holds and kernel.dma.device_name(mapping.dev) == device:
            return mapping
    return None


def _owner_name(owner: Owner) -> str:
    if owner.cache is not None:
        return owner.cache
    return owner.kind if owner.order is None else f"{owner.kind}, order {owner.order}"
