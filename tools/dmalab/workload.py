# SPDX-License-Identifier: GPL-2.0-only
"""Turn a recording of a real kernel's allocations into a list of operations for the guest to repeat.

Reads the CSV that docs/workloads.md describes; writes the blob of firmware/include/kernel/workload.h. The recorded
kernel is a 6.1 with SLUB, ours a 2.6.24 with SLAB, so what was asked for is repeated, not what the allocator below did
about it: pages that a slab took are left out, flags are those that 2.6.24 has, and every cache is created under its
name with its objects' size.
"""

import gzip
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from emulator.errors import ConfigError
from pykernel.mm import gfp

DEFAULT_WORKLOAD = Path(__file__).parent / "data" / "boot1.csv.gz"
HEADER = "seq,t_us,cpu,ctx,op,id,req,alloc,gfp,cache,order,mt,zone,off,site,flag"
FIELDS = HEADER.count(",") + 1
OP, ID, REQ, GFP, CACHE, ORDER, FLAG = 4, 5, 6, 8, 9, 10, 15
_INNER_OPS = ("zone_alloc", "pcp_drain", "extfrag")  # what the recorded page allocator did inside

_MAGIC = 0x4C574D44
_VERSION = 1
_NAME_LENGTH = 24
_BLOB_HEADER = struct.Struct("<5I12x")
_BLOB_CACHE = struct.Struct(f"<{_NAME_LENGTH}s2I")
_BLOB_OP = struct.Struct("<BBHIII")
KMALLOC, KFREE, CACHE_ALLOC, CACHE_FREE, GET_PAGES, FREE_PAGES = range(1, 7)

# What 6.1 prints, as 2.6.24's bits. Later inventions, such as accounting, have none.
_SAME_WORDS = (
    "GFP_KERNEL GFP_ATOMIC GFP_NOWAIT GFP_NOIO GFP_NOFS GFP_USER GFP_HIGHUSER GFP_HIGHUSER_MOVABLE GFP_DMA GFP_DMA32 "
    "__GFP_HIGHMEM __GFP_HIGH __GFP_IO __GFP_FS __GFP_NOWARN __GFP_NOFAIL __GFP_NORETRY __GFP_COMP __GFP_ZERO "
    "__GFP_NOMEMALLOC __GFP_HARDWALL __GFP_THISNODE __GFP_RECLAIMABLE __GFP_MOVABLE"
)
_GFP_WORDS = {
    **{word: int(getattr(gfp, word.removeprefix("__"))) for word in _SAME_WORDS.split()},
    **dict.fromkeys(
        ("none", "__GFP_ATOMIC", "__GFP_KSWAPD_RECLAIM", "__GFP_ACCOUNT", "__GFP_WRITE", "__GFP_MEMALLOC"), 0
    ),
    "__GFP_ZEROTAGS": 0,
    "GFP_KERNEL_ACCOUNT": gfp.GFP_KERNEL,
    "GFP_TRANSHUGE": gfp.GFP_HIGHUSER_MOVABLE,
    "GFP_TRANSHUGE_LIGHT": gfp.GFP_HIGHUSER_MOVABLE & ~gfp.GFP_WAIT,
    "__GFP_RETRY_MAYFAIL": gfp.GFP_REPEAT,
    "__GFP_RECLAIM": gfp.GFP_WAIT,
    "__GFP_DIRECT_RECLAIM": gfp.GFP_WAIT,
}
_KMALLOC_MASK = ~(gfp.GFP_DMA32 | gfp.GFP_HIGHMEM | gfp.GFP_COMP)  # a slab cannot be had with these
_CACHE_MASK = _KMALLOC_MASK & ~gfp.GFP_DMA  # nor may a cache be asked for a zone that it was not created for
_SLAB_REFILL = gfp.GFP_NOWARN | gfp.GFP_NORETRY  # with which SLUB asks for pages
_SLAB_REFILL_OR_ZERO = _SLAB_REFILL | gfp.GFP_ZERO
_COMPOUND = gfp.GFP_COMP
_SLAB_ORDER_MAX = 3
_ORDER_MAX = 10
_SIZE_MAX = (1 << 32) - 1
_OBJECT_MAX = 1 << 22


class Workload:
    """Operations for the guest, and what was left out of the recording."""

    def __init__(self) -> None:
        self.caches: dict[str, tuple[int, int]] = {}  # name -> (index, bytes of an object)
        self.operations: list[tuple[int, int, int, int, int, int]] = []  # as struct workload_op
        self.slots = 0
        self.rows = 0
        self.unknown_frees = 0  # of what was allocated before the recording began
        self.inner_pages = 0  # page blocks that the recorded kernel's kmalloc and slabs took for themselves
        self.left_alive = 0  # freed at the end of the replay

    def counts(self) -> dict[str, int]:
        """Give what was read, what is repeated, and what is not."""
        return {
            "rows": self.rows,
            "operations": len(self.operations),
            "unknown_frees": self.unknown_frees,
            "inner_pages": self.inner_pages,
            "left_alive": self.left_alive,
        }

    def encode(self) -> bytes:
        """Give the blob of workload.h."""
        header = _BLOB_HEADER.pack(_MAGIC, _VERSION, len(self.caches), len(self.operations), self.slots)
        caches = [
            _BLOB_CACHE.pack(name.encode()[: _NAME_LENGTH - 1], size, 0) for name, (_, size) in self.caches.items()
        ]
        pack = _BLOB_OP.pack
        return b"".join([header, *caches, *[pack(*operation) for operation in self.operations]])


class _Live:
    """An object of the recording that is allocated at this point of it."""

    __slots__ = ("cache", "opcode", "order", "pages_left", "slot")

    def __init__(self, opcode: int, slot: int) -> None:
        self.opcode = opcode  # of the operation that frees it
        self.slot = slot
        self.cache = 0  # index
        self.order = 0
        self.pages_left = 1


def load(path: Path) -> Workload:
    """Read the recording at `path`, gzipped or plain.

    Raises: ConfigError with the line where it is not what docs/workloads.md describes.
    """
    try:
        data = path.read_bytes()
        lines = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("ascii").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if isinstance(error, UnicodeDecodeError):
            reason = f"byte {error.object[error.start]:#x} at {error.start:#x}, no ASCII"
        raise ConfigError(f"{path}: found {reason!r}, expected a CSV of kmem events, plain or gzipped") from error
    return _Converter(str(path)).convert(lines)


class _Converter:
    """Goes through a recording row by row."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._workload = Workload()
        self._live: dict[str, _Live] = {}
        self._ignored_pages: set[str] = set()  # live blocks that some allocator above took, not the workload
        self._free_slots: list[int] = []
        self._gfp_masks: dict[str, int] = {}
        self._compound: tuple[str, int, int] | None = None  # id, order, gfp_mask: kmalloc's, or not? see _page_alloc

    def convert(self, lines: Iterable[str]) -> Workload:
        """Take the whole recording, header and all."""
        rows = iter(lines)
        header = next(rows, "")
        if header != HEADER:
            raise ConfigError(f"{self._path}:1: found {header[:60]!r}, expected the header {HEADER}")
        actions = {
            "kmalloc": self._kmalloc,
            "kmc_alloc": self._kmc_alloc,
            "page_alloc": self._page_alloc,
            "kfree": self._free,
            "kmc_free": self._free,
            "page_free": self._free,
        }
        for line in rows:
            self._workload.rows += 1
            row = line.split(",")
            if len(row) != FIELDS:
                raise self._error("row", f"{len(row)} fields", f"{FIELDS} fields")
            action = actions.get(row[OP])
            if self._compound is not None:
                self._settle_compound(row)
            if action is not None:
                action(row)
            elif row[OP] not in _INNER_OPS:
                raise self._error("op", row[OP], f"one of {', '.join((*actions, *_INNER_OPS))}")
        if self._compound is not None:
            self._settle_compound(None)
        self._free_the_rest()
        return self._workload

    def _kmalloc(self, row: list[str]) -> None:
        if row[FLAG] != "fail" and row[ID] != "0":
            live = self._take(row[ID], KFREE)
            self._emit(KMALLOC, live, self._number(row, REQ), self._gfp_mask(row) & _KMALLOC_MASK)

    def _kmc_alloc(self, row: list[str]) -> None:
        if row[FLAG] != "fail" and row[ID] != "0":
            live = self._take(row[ID], CACHE_FREE)
            live.cache = self._cache_index(row)
            self._emit(CACHE_ALLOC, live, 0, self._gfp_mask(row) & _CACHE_MASK)

    def _page_alloc(self, row: list[str]) -> None:
        """Repeat what was not taken by a slab or by a kmalloc too large for one; those are repeated as kmalloc.

        A slab's pages are known by their flags; a large kmalloc's are compound, and its own row is the next.
        """
        order, gfp_mask = self._number(row, ORDER), self._gfp_mask(row)
        if row[FLAG] == "fail" or row[ID] == "0":
            return
        if order <= _SLAB_ORDER_MAX and gfp_mask & _SLAB_REFILL_OR_ZERO == _SLAB_REFILL:
            self._ignore_pages(row[ID])
        elif gfp_mask & _COMPOUND and order > 1:
            self._compound = row[ID], order, gfp_mask
        else:
            self._get_pages(row[ID], order, gfp_mask)

    def _settle_compound(self, row: list[str] | None) -> None:
        assert self._compound is not None
        name, order, gfp_mask = self._compound
        self._compound = None
        if row is not None and row[OP] == "kmalloc" and row[CACHE] == "large":
            self._ignore_pages(name)
        else:
            self._get_pages(name, order, gfp_mask)

    def _ignore_pages(self, name: str) -> None:
        self._ignored_pages.add(name)
        self._workload.inner_pages += 1

    def _get_pages(self, name: str, order: int, gfp_mask: int) -> None:
        live = self._take(name, FREE_PAGES)
        live.order, live.pages_left = order, 1 << order
        self._emit(GET_PAGES, live, 0, gfp_mask)

    def _free(self, row: list[str]) -> None:
        """Free what the row names; a block that is freed in parts is freed with the last of them."""
        live = self._live.get(row[ID])
        if live is None:
            if row[ID] in self._ignored_pages:
                self._ignored_pages.discard(row[ID])
            elif row[FLAG] != "null":
                self._workload.unknown_frees += 1
            return
        if live.opcode == FREE_PAGES:
            live.pages_left -= 1 << self._number(row, ORDER)
            if live.pages_left > 0:
                return
        del self._live[row[ID]]
        self._give_back(live)

    def _free_the_rest(self) -> None:
        self._workload.left_alive = len(self._live)
        for live in self._live.values():
            self._give_back(live)

    def _take(self, name: str, opcode: int) -> _Live:
        if name in self._live:
            raise self._error("id", name, "one that is not allocated already")
        if self._free_slots:
            slot = self._free_slots.pop()
        else:
            slot = self._workload.slots
            self._workload.slots += 1
        live = self._live[name] = _Live(opcode, slot)
        return live

    def _give_back(self, live: _Live) -> None:
        self._free_slots.append(live.slot)
        self._emit(live.opcode, live, 0, 0)

    def _emit(self, opcode: int, live: _Live, size: int, gfp_mask: int) -> None:
        self._workload.operations.append((opcode, live.order, live.cache, live.slot, size, gfp_mask))

    def _cache_index(self, row: list[str]) -> int:
        """Give the index of the row's cache, which holds objects as large as the largest that is asked of it."""
        caches = self._workload.caches
        name = row[CACHE].replace("?", "unknown-")
        size = self._number(row, REQ)
        index, known_size = caches.setdefault(name, (len(caches), size))
        if not name or not 0 < size <= _OBJECT_MAX:
            raise self._error("cache", f"{name!r} of {size} bytes", f"a name and 1 to {_OBJECT_MAX} bytes")
        if size > known_size:
            caches[name] = index, size
        return index

    def _gfp_mask(self, row: list[str]) -> int:
        text = row[GFP]
        mask = self._gfp_masks.get(text)
        if mask is None:
            mask = 0
            for word in text.split("|"):
                if word not in _GFP_WORDS:
                    raise self._error("gfp", word, "flags as the kernel prints them")
                mask |= _GFP_WORDS[word]
            self._gfp_masks[text] = mask
        return mask

    def _number(self, row: list[str], column: int) -> int:
        text = row[column]
        highest = _ORDER_MAX if column == ORDER else _SIZE_MAX
        if not text.isdecimal() or int(text) > highest:
            raise self._error(HEADER.split(",")[column], text, f"0 to {highest}")
        return int(text)

    def _error(self, column: str, found: str, expected: str) -> ConfigError:
        return ConfigError(f"{self._path}:{self._workload.rows + 1}: {column}: found {found!r}, expected {expected}")
