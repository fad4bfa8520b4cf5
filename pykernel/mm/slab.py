# SPDX-License-Identifier: GPL-2.0-only
"""The slab allocator as its users see it. Pointers are kernel virtual addresses; NULL is 0.

    slab = Slab(mm, call=guest_call)
    slab.kmem_cache_init()
    objp = slab.kmalloc(64, GFP_KERNEL)
    slab.kfree(objp)

All state is in guest RAM; the parts are in slab_*.py and kmalloc.py.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pykernel.errors import KernelBug
from pykernel.mm import kmalloc, slab_boot, slab_create, slab_fast, slab_names, slab_reap
from pykernel.mm.context import Mm
from pykernel.mm.slab_core import SlabBug, SlabCore, word_of

if TYPE_CHECKING:
    from pykernel.mm.kasan import Shadow

_P = ParamSpec("_P")
_R = TypeVar("_R")
_WILD = (IndexError, ValueError, ArithmeticError)  # what a wild pointer or number leads to


def guarded(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a wild pointer or number in RAM end as an oops of the guest's, not as an error of Python's."""

    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except _WILD as error:
            raise _wild(error) from error

    return run


def _wild(error: Exception) -> KernelBug:
    return KernelBug(f"the slab allocator met a wild pointer or number ({error})")


class Slab:
    """One kernel's slab allocator.

    `call(function, cachep, objp)` runs a constructor or destructor in the guest. Chosen for the configuration are
    `kmem_cache_alloc(cachep, gfp_mask, caller=0)`, `kmem_cache_free(cachep, objp, caller=0)`,
    `kmalloc(size, gfp_mask, caller=0)` and `kfree(objp, caller=0)`, where `caller` is the return address that
    CONFIG_DEBUG_SLAB keeps.
    """

    kmem_cache_alloc: Callable[..., int]
    kmem_cache_free: Callable[..., None]
    kmalloc: Callable[..., int]
    kfree: Callable[..., None]

    def __init__(self, mm: Mm, call: Callable[[int, int, int], object] | None = None) -> None:
        self.mm = mm
        self.core = SlabCore(mm, call)
        self.core.cache_alloc = partial(slab_fast.cache_alloc, self.core)
        self.core.cache_free = partial(slab_fast.cache_free, self.core)
        self.read_geometry()

    def read_geometry(self) -> None:
        """Take over from RAM where the mem_map is: after boot, or when RAM was replaced by a snapshot."""
        core = self.core
        core.read_geometry()
        if self.mm.shadow is not None:
            self._watch(self.mm.shadow)
        self.kmem_cache_alloc = guarded(core.cache_alloc)
        self.kmem_cache_free = guarded(core.cache_free)
        self.kmalloc = guarded(partial(kmalloc.kmalloc, core))
        self.kfree = guarded(partial(kmalloc.kfree, core))
        if core.kasan is not None:
            self.kfree = guarded(core.kasan.kfree)
        elif self.mm.config.nr_cpus == 1 and not core.debug:
            short = slab_fast.ShortWays(core)
            self.kmem_cache_alloc = short.kmem_cache_alloc(self.kmem_cache_alloc)
            self.kmem_cache_free = short.kmem_cache_free(self.kmem_cache_free)
            self.kmalloc = short.kmalloc(self.kmalloc)
            self.kfree = short.kfree(self.kfree)

    def _watch(self, shadow: "Shadow") -> None:
        """Keep the shadow of objects."""
        from pykernel.mm.kasan_slab import KasanSlab  # most kernels do without

        core = self.core
        core.kasan = KasanSlab(core, shadow)
        core.cache_alloc, core.cache_free = core.kasan.cache_alloc, core.kasan.cache_free

    def ksize(self, objp: int) -> int:
        """Give the bytes that may be used of an object."""
        try:
            return kmalloc.ksize(self.core, objp)
        except _WILD as error:
            raise _wild(error) from error

    def register_function(self, function: Callable[[int], None]) -> int:
        """Give a number that stands for a host function where a constructor or destructor is asked for."""
        return self.core.register_function(function)

    def kmem_cache_init(self) -> None:
        """Bring the allocator up. Raises: KernelBug where there is no memory for it."""
        self.read_geometry()
        guarded(slab_boot.kmem_cache_init)(self.core)

    def cpu_up(self, cpu: int) -> bool:
        """Give every cache an array for another CPU; say whether there was memory."""
        return guarded(slab_boot.cpu_up)(self.core, cpu)

    def kmem_cache_create(
        self, name: int | str, size: int, align: int = 0, flags: int = 0, ctor: int = 0, dtor: int = 0
    ) -> int:
        """Create a cache; give the pointer to it, 0 where the name is taken or memory is short.

        `name` is a string, or a pointer to one in the guest that stays as long as the cache. `ctor` and `dtor` are
        addresses in the guest, or numbers from `register_function`.

        Raises: SlabBug for a size or flags that no cache can have; KernelPanic instead of 0 with SLAB_PANIC.
        """
        if isinstance(name, int):
            return guarded(slab_create.kmem_cache_create)(self.core, name, size, align, flags, ctor, dtor)
        with slab_names.kept(self.core, name) as keeper:
            cachep = guarded(slab_create.kmem_cache_create)(self.core, keeper.virt, size, align, flags, ctor, dtor)
            keeper.wanted = cachep != 0
        return cachep

    def kmem_cache_destroy(self, cachep: int) -> bool:
        """Destroy a cache; False, the cache still there, where objects are in use. Raises: SlabBug for NULL."""
        return guarded(self._destroy)(cachep)

    def _destroy(self, cachep: int) -> bool:
        self._empty_quarantine(cachep)
        name = self.core.u64[word_of(cachep) + self.core.at.cache_name] if cachep else 0
        destroyed = slab_create.kmem_cache_destroy(self.core, cachep)
        if destroyed:
            slab_names.forget(self.core, name)
        return destroyed

    def kmem_cache_shrink(self, cachep: int) -> int:
        """Give back all free slabs; give 1 where objects are in use, else 0. Raises: SlabBug for NULL."""
        if not cachep:
            raise SlabBug("kmem_cache_shrink", "!cachep")
        self._empty_quarantine(cachep)
        return guarded(slab_reap.cache_shrink)(self.core, word_of(cachep))

    def _empty_quarantine(self, cachep: int) -> None:
        if self.core.kasan is not None:
            self.core.kasan.remove_cache(cachep)

    def cache_reap(self) -> None:
        """Take from every cache what it has not used lately."""
        guarded(slab_reap.cache_reap)(self.core)

    def kzalloc(self, size: int, gfp_mask: int, caller: int = 0) -> int:
        """Allocate `size` bytes that are 0."""
        return guarded(kmalloc.kzalloc)(self.core, size, gfp_mask, caller)

    def krealloc(self, objp: int, size: int, gfp_mask: int, caller: int = 0) -> int:
        """Give an object of at least `size` bytes with the old one's content; 0 without memory."""
        return guarded(kmalloc.krealloc)(self.core, objp, size, gfp_mask, caller)
