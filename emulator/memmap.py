# SPDX-License-Identifier: GPL-2.0-only
"""Every base address, size and interrupt line of the board; firmware's board.h is generated from this file.

A PC at the usual addresses, QEMU's where there is a choice. Names ending in _PORT are I/O ports, _IRQ are lines of
the 8259A pair (0-15), all other addresses are physical. All sizes are in bytes.
"""

PAGE_SHIFT = 12
PAGE_SIZE = 1 << PAGE_SHIFT
MIB = 1 << 20
GIB = 1 << 30

# RAM: what it leaves free.
EBDA_BASE = 0x0009_F000  # reserved in the e820 map, yet RAM
LOW_HOLE_BASE = 0x000A_0000  # VGA, option ROMs, BIOS shadow
LOW_HOLE_END = 0x0010_0000
HIGH_HOLE_BASE = 0xC000_0000  # PCI, APICs, ROM
HIGH_HOLE_END = 0x1_0000_0000
LAPIC_BASE = 0xFEE0_0000
LAPIC_SIZE = 0x1000  # registers
MESSAGES_END = LAPIC_BASE + MIB  # a device's write from LAPIC_BASE up to here is an interrupt
RAM_MIN = 16 * MIB
RAM_MAX = 64 * GIB

# ROM: one image, at the top of 4 GiB (the reset vector is 16 bytes below) and shadowed below 1 MiB.
ROM_SIZE = 0x1_0000
ROM_BASE = HIGH_HOLE_END - ROM_SIZE
ROM_SHADOW_BASE = LOW_HOLE_END - ROM_SIZE

# PCI
PCI_MEM_BASE = 0xE000_0000  # window from which BARs are given
PCI_MEM_END = 0xFEC0_0000
PCI_IO_BASE = 0xC000
PCI_IO_END = 0x1_0000
PCI_CONFIG_ADDRESS_PORT = 0x0CF8
PCI_CONFIG_DATA_PORT = 0x0CFC
PCI_INTA_IRQ = 10
PCI_INTB_IRQ = 11
PCI_INTC_IRQ = 10
PCI_INTD_IRQ = 11
EDU_DEVFN = 0x20  # device 4, function 0
RING_NIC_DEVFN = 0x28  # device 5, function 0

# ISA
DMA1_PORT = 0x0000  # 8237A, channels 0-3 (8 bit)
DMA_PAGE_PORT = 0x0080  # page registers, 0x80-0x8f
DMA2_PORT = 0x00C0  # 8237A, channels 4-7 (16 bit), registers two apart
PIC1_PORT = 0x0020
PIC2_PORT = 0x00A0
PIC_CASCADE_IRQ = 2
PIC_ELCR_PORT = 0x04D0  # edge or level, one bit for each input of the pair
PIT_PORT = 0x0040
PIT_IRQ = 0
PORT_B_PORT = 0x0061  # speaker gate, PIT channel 2 output
RTC_PORT = 0x0070
RTC_IRQ = 8
UART_PORT = 0x03F8
UART_IRQ = 4
FW_CFG_PORT = 0x0510  # selector 0x510, data 0x511, DMA address 0x514 (big-endian, high half first)
DEBUG_EXIT_PORT = 0x00F4  # a write ends the run with (value << 1) | 1, as isa-debug-exit does

# The ISA sample device (devices/isa_pattern.py): a data mover on DMA channels 1 (8 bit) and 5 (16 bit).
ISA_PATTERN_PORT = 0x0300
ISA_PATTERN_IRQ = 5
ISA_PATTERN_DMA8 = 1
ISA_PATTERN_DMA16 = 5

# The trap gate: a 32-bit write of (physical address of a call frame >> 4) enters the Python kernel.
TRAP_GATE_PORT = 0x0600
TRAP_FRAME_SHIFT = 4

# Where Linux lives (x86-64, 2.6.24).
PAGE_OFFSET = 0xFFFF_8100_0000_0000  # direct map of all physical memory, NX
KERNEL_MAP_BASE = 0xFFFF_FFFF_8000_0000  # kernel image: virtual minus physical
KERNEL_PHYS = 0x0020_0000  # where the image is loaded
KERNEL_PHYS_END = 0x0060_0000  # image, statics and page tables end before this
MODULE_PHYS = 0x0048_0000  # where a module that the host hands over is loaded: inside the image's range
MODULE_PHYS_END = 0x0058_0000
VMALLOC_BASE = 0xFFFF_C200_0000_0000
VMALLOC_END = 0xFFFF_E200_0000_0000

# Virtual time. The TSC runs at 1 GHz: one tick a nanosecond.
NS_PER_BLOCK = 2
NS_PER_PORT_ACCESS = 500
NS_PER_MMIO_READ = 1000  # to the device and back
NS_PER_MMIO_WRITE = 200  # on its way there
NS_PER_TRAP = 1000
