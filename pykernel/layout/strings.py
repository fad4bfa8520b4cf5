# SPDX-License-Identifier: GPL-2.0-only
"""Character strings in RAM, as C keeps them: bytes up to a NUL."""

from emulator.ram import Ram
from pykernel.layout.address import virt_to_phys

MAX_STRING = 2048  # bytes; a string that a broken guest passes may never end


def read_string(ram: Ram, virt: int, limit: int = MAX_STRING) -> str:
    """Read the string at `virt`, `limit` bytes at most; "(null)" for NULL and "<bad>" outside RAM, as printk has them.

    Every byte becomes one character; what is not printable ASCII becomes an escape.
    """
    if virt == 0:
        return "(null)"
    phys = virt_to_phys(virt)
    if not ram.contains(phys):
        return "<bad>"
    data = bytes(ram.u8[phys : min(phys + limit, ram.end)])
    return data.split(b"\0", 1)[0].decode("ascii", "backslashreplace")
