# SPDX-License-Identifier: GPL-2.0-only
"""The shadow, kept for objects: what was asked for may be touched, and nothing around it; freed objects wait.

Each object has a red zone behind it, in which its cache's slabs are larger. Who took it and who freed it is kept beside
the shadow. Source: mm/kasan/common.c, generic.c
"""

from collections.abc import Iterator
from contextlib import contextmanager

from emulator.memmap import PAGE_SIZE
from pykernel.layout.address import virt_to_phys
from pykernel.mm import slab_fast
from pykernel.mm.kasan import GRANULE_SIZE, SLAB_FREE, SLAB_REDZONE, Shadow
from pykernel.mm.kasan_quarantine import Quarantine
from pykernel.mm.page import NEXT, PG_SLAB, WORDS
from pykernel.mm.slab_core import ZERO_SIZE_PTR, SlabCore, word_of
from pykernel.mm.slab_geometry import SlabFlags

KINDS = DOUBLE_FREE, INVALID_FREE, WRONG_CACHE = "kasan-double-free", "kasan-invalid-free", "kasan-wrong-cache"
_DESTROY_BY_RCU = int(SlabFlags.DESTROY_BY_RCU)
_U32 = 0xFFFF_FFFF
# The largest size that a red zone is for, in bytes. Source: mm/kasan/common.c: optimal_redzone
_REDZONES = ((16, 48), (32, 96), (64, 448), (128, 3968), (256, 16128), (512, 32256), (1024, 64512))
_LARGEST_REDZONE = 2048


def optimal_redzone(size: int) -> int:
    """Choose the bytes of a red zone behind an object of `size` bytes. Source: mm/kasan/common.c: optimal_redzone"""
    return next((redzone for redzone, largest in _REDZONES if size <= largest), _LARGEST_REDZONE)


def _whole(size: int) -> int:
    """Round up to whole granules."""
    return size + GRANULE_SIZE - 1 & ~(GRANULE_SIZE - 1)


class KasanSlab:
    """What the slab allocator does more where there is a shadow."""

    def __init__(self, core: SlabCore, shadow: Shadow) -> None:
        self._core, self._shadow = core, shadow
        mm = core.mm
        self._quarantine = Quarantine(mm, self._release, self._buffer_size)
        self._tracks = mm.get("kasan_area") + mm.layout.offset("kasan_area", "tracks")
        self._slots, self._depth = mm.layout.number("KASAN_TRACKS"), mm.layout.number("KASAN_STACK_DEPTH")
        self._at = {name: offset for name, (offset, _) in mm.layout.members("kasan_track").items()}
        self._track_size = mm.layout.sizeof("kasan_track")

    def size_with_redzone(self, size: int) -> int:
        """Give the bytes that a cache has for each object of `size` bytes. Source: kasan_cache_create"""
        return max(size, min(size + optimal_redzone(size), self._core.rules.max_size))

    def poison_slab(self, cache: int, addr: int) -> None:
        """Forbid a new slab, its management included. Source: mm/kasan/common.c: kasan_poison_slab"""
        order = self._core.u32[2 * cache + self._core.at.cache_gfporder]
        self._shadow.poison(addr << 3, PAGE_SIZE << order, SLAB_REDZONE)

    @contextmanager
    def opened(self, objp: int) -> Iterator[None]:
        """Let a constructor or destructor have its object. Source: kasan_unpoison_object_data"""
        size = self._core.obj_size(word_of(self._core.cachep_of(objp, "call")))
        phys = virt_to_phys(objp)
        before = self._shadow.copy(phys, size)
        self._shadow.unpoison(phys, size)
        yield
        self._shadow.put_back(phys, before)

    def cache_alloc(self, cachep: int, gfp_mask: int, caller: int = 0) -> int:
        """Allocate an object of a cache. Source: mm/kasan/common.c: kasan_slab_alloc"""
        objp = slab_fast.cache_alloc(self._core, cachep, gfp_mask, caller)
        if objp:
            self.resize(objp, self._core.obj_size(word_of(cachep)))
            if caller:
                self._note_allocation(objp)
        return objp

    def resize(self, objp: int, size: int) -> None:
        """Allow the first `size` bytes of an object, and no more. Source: mm/kasan/common.c: kasan_kmalloc"""
        phys, buffer_size = virt_to_phys(objp), self._buffer_size(self._core.cachep_of(objp, "kasan_kmalloc"))
        self._shadow.unpoison(phys, size)
        used = _whole(size)
        self._shadow.poison(phys + used, buffer_size - used, SLAB_REDZONE)

    def is_gone(self, objp: int) -> bool:
        """Say whether an object that is to be resized may not be touched, and report it. Source: kasan_check_byte"""
        if self._cachep_at(objp) is None or self._shadow.byte(virt_to_phys(objp)) < GRANULE_SIZE:
            return False
        self._core.report_access(objp)
        return True

    def kfree(self, objp: int, caller: int = 0) -> None:
        """Free what kmalloc gave. Source: mm/slab.c: kfree"""
        if objp > ZERO_SIZE_PTR:
            self.cache_free(0, objp, caller)

    def cache_free(self, cachep: int, objp: int, caller: int = 0) -> None:
        """Free an object, of the cache `cachep` or of any if that is 0: it goes into quarantine, if it may be freed.

        Source: mm/kasan/common.c: kasan_slab_free
        """
        owner = self._cachep_at(objp)
        if owner is None or not self._is_object(owner, objp):
            self._core.report_free(INVALID_FREE, objp, cachep)
            return
        if cachep not in (0, owner):
            self._core.report_free(WRONG_CACHE, objp, cachep)
        cache, state = word_of(owner), self._shadow.byte(virt_to_phys(objp))
        if not caller or self._core.u32[2 * cache + self._core.at.cache_flags] & _DESTROY_BY_RCU:
            # The kernel's own structures need no quarantine; and who reads under RCU may read what has been freed.
            if not caller:
                self._poison_freed(cache, objp)
            self._release(owner, objp)
            return
        if state >= GRANULE_SIZE:
            self._core.report_free(DOUBLE_FREE if state == SLAB_FREE else INVALID_FREE, objp, cachep)
            return
        self._poison_freed(cache, objp)
        self._note_free(objp)
        self._quarantine.put(owner, objp)

    def remove_cache(self, cachep: int) -> None:
        """Free for good what waits of a cache."""
        self._quarantine.remove_cache(cachep)

    def _poison_freed(self, cache: int, objp: int) -> None:
        """Forbid an object; its red zone is forbidden already. Source: mm/kasan/common.c: poison_slab_object"""
        self._shadow.poison(virt_to_phys(objp), _whole(self._core.obj_size(cache)), SLAB_FREE)

    def _release(self, cachep: int, objp: int) -> None:
        slab_fast.cache_free(self._core, cachep, objp)

    def _buffer_size(self, cachep: int) -> int:
        return self._core.u32[2 * word_of(cachep) + self._core.at.cache_buffer_size]

    def _cachep_at(self, objp: int) -> int | None:
        """Find the cache whose slab holds an address; None where no slab does."""
        core, pfn = self._core, virt_to_phys(objp) >> 12
        if not 0 <= pfn < core.mm.max_pfn:
            return None
        page = core.mm.map_word + pfn * WORDS
        return core.u64[page + NEXT] if core.u64[page] & PG_SLAB else None

    def _is_object(self, cachep: int, objp: int) -> bool:
        """Say whether an address is that of an object of its slab. Source: mm/slab.h: nearest_obj"""
        core, slab = self._core, self._core.slab_of(objp, "kasan_slab_free")
        distance = objp - core.u64[slab + core.at.slab_s_mem]
        index, rest = divmod(distance, self._buffer_size(cachep))
        return not rest and 0 <= index < core.u32[2 * word_of(cachep) + core.at.cache_num]

    def _note_allocation(self, objp: int) -> None:
        at = self._track(objp)
        self._core.u64[at >> 3] = objp
        self._core.ram.i32[(at + self._at["alloc_pid"]) >> 2] = self._core.pid()
        self._core.ram.i32[(at + self._at["free_pid"]) >> 2] = -1
        self._write_stack(at + self._at["allocated_by"])

    def _note_free(self, objp: int) -> None:
        at = self._track(objp)
        if self._core.u64[at >> 3] == objp:
            self._core.ram.i32[(at + self._at["free_pid"]) >> 2] = self._core.pid()
            self._write_stack(at + self._at["freed_by"])

    def _track(self, objp: int) -> int:
        """Find the slot of an object. check.shadow looks there too."""
        granule = virt_to_phys(objp) >> 5
        return self._tracks + (granule ^ granule >> 9) % self._slots * self._track_size

    def _write_stack(self, phys: int) -> None:
        frames = self._core.backtrace(self._depth)
        for index in range(self._depth):
            self._core.u32[(phys >> 2) + index] = frames[index] & _U32 if index < len(frames) else 0
