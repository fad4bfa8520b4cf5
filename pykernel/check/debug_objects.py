# SPDX-License-Identifier: GPL-2.0-only
"""What a debugging kernel writes around and into objects: red zones that tell used from free, poison in the free."""

from emulator.memmap import PAGE_SHIFT
from pykernel.check.caches import Cache
from pykernel.check.memory import Memory
from pykernel.check.violations import Violations

_WORD = 8


class DebugObjects:
    """Checks the objects of one cache, a slab at a time."""

    def __init__(self, memory: Memory, log: Violations, cache: Cache) -> None:
        number = memory.layout.number
        self.memory = memory
        self.log = log
        self.cache = cache
        self.has_redzones = bool(cache.flags & number("SLAB_RED_ZONE"))
        self.has_poison = bool(cache.flags & number("SLAB_POISON"))
        user = _WORD if cache.flags & number("SLAB_STORE_USER") else 0
        # Source: mm/slab.c: dbg_redzone1, dbg_redzone2
        self.redzones = (cache.obj_offset - _WORD, cache.buffer_size - _WORD - user)
        self.of_state = {True: number("RED_INACTIVE"), False: number("RED_ACTIVE")}
        poison = bytes([number("POISON_FREE")]) * max(0, cache.obj_size - 1)
        self.poison = poison + bytes([number("POISON_END")])

    def check(self, s_mem: int, free: set[int]) -> None:
        """Check the objects of the slab whose first object is at `s_mem`; `free` has the indices of the free ones."""
        cache, ram = self.cache, self.memory.ram
        name = f"cache {cache.name}: object"
        if self.has_redzones and not cache.buffer_size % _WORD and not s_mem % _WORD:
            expected = [self.of_state[index in free] for index in range(cache.num)]
            for offset in self.redzones:
                found = ram.column("Q", s_mem + offset, cache.buffer_size, cache.num).tolist()
                if found != expected:
                    index = next(i for i in range(cache.num) if found[i] != expected[i])
                    phys = s_mem + index * cache.buffer_size
                    state = "free" if index in free else "in use"
                    what = f"{name} {phys:#x}, {state}: a red zone"
                    self.log.add("redzone", what, phys + offset, hex(expected[index]), hex(found[index]))
        if self.has_poison and cache.obj_size <= 1 << (PAGE_SHIFT + cache.gfporder):
            for index in sorted(free):
                phys = s_mem + index * cache.buffer_size + cache.obj_offset
                if ram.u8[phys : phys + cache.obj_size] != self.poison:
                    self.log.add("poison", f"{name} {phys:#x} was written to while it was free", phys)
