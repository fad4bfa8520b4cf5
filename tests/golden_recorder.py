# SPDX-License-Identifier: GPL-2.0-only
"""Make recordings of our own allocators in the recorder's format: of any machine, where no other recording is."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

from dmalab.golden.buddy import populated_zones
from dmalab.golden.slab import SlabKernel, address
from dmalab.golden.slab_state import Caches
from dmalab.golden.zone_state import ZoneState
from emulator.memmap import PAGE_OFFSET
from pykernel.layout.config import KernelConfig
from pykernel.mm.watermarks import setup_per_zone_pages_min

HOLE = (0xC0000, 0x100000)
GFP = (0xD0, 0x20, 0xD1, 0x120D2, 0x80D0, 0x1210D2, 0x800D0)
GFP_GENTLY = 0x1200  # __GFP_NORETRY | __GFP_NOWARN
ZONE_FIELDS = ("z", "free", "fa", "mt", "pcp", "slab_r", "slab_u", "h")


def layout(mib: int, variant: str = "A") -> dict[str, Any]:
    """Lay RAM out as the recorder does."""
    pages = mib << 8
    low, high = HOLE
    ranges = [[0, 0x9F], [0x100, min(pages, low)]] + ([[high, high + pages - low]] if pages > low else [])
    reserved = [[0, 1], [0x200, 0x600]] if variant == "A" else [[0, 1], [0x100, 0x200]]
    return {
        "variant": variant,
        "mb": mib,
        "ram_pfn_ranges": ranges,
        "reserved_pfn_ranges": reserved,
        "bootmap_pfn": reserved[1][1],
    }


class Recorder:
    """A machine that runs random operations and writes down what came of them."""

    def __init__(self, build: str | KernelConfig = "orc", mib: int = 16, variant: str = "A", seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.meta = {"boot": 1, "kind": "slab", "exe": str(build), "layout": layout(mib, variant)}
        self.kernel = SlabKernel(build, self.meta["layout"])
        stages: dict[str, Any] = {}
        self.kernel.boot_slab(lambda name: stages.update({name: self.zones()}))
        self.meta["stages"] = stages
        self.slab, self.pages = self.kernel.slab, self.kernel.mm.pages
        self.lines: list[Any] = [self.meta]
        self.objects: list[tuple[str, int]] = []
        self.blocks: list[tuple[int, int]] = []
        self.caches: dict[str, int] = {}

    def zones(self) -> list[dict[str, Any]]:
        """Dump the zones."""
        states: list[ZoneState] = populated_zones(self.kernel.mm, self.kernel.online_cpus)
        return [{name: state[name] for name in ZONE_FIELDS} for state in states]

    def run(self, operations: int) -> "Recorder":
        """Perform some operations, a dump after every fiftieth."""
        names = ("km", "km", "kf", "ca", "ca", "cf", "a", "f", "cc", "kr", "reap", "drain", "split", "minfree", "cpu")
        for number in range(operations):
            self.perform(self.random.choice(names))
            if number % 50 == 49:
                self.lines.append({"i": number, "zones": self.zones(), "chain": Caches(self.kernel.mm).chain()})
        return self

    def finish(self) -> "Recorder":
        """Free everything, and end as recordings do."""
        while self.objects:
            self.free_object()
        while self.blocks:
            self.free_block()
        self.lines += [{"i": "all_freed", "zones": self.zones()}, {"i": "end", "zones": self.zones()}]
        return self

    def write(self, path: Path) -> Path:
        """Write the recording, packed if its name says so."""
        text = "".join(json.dumps(line) + "\n" for line in self.lines).encode()
        path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
        return path

    def note(self, *line: Any) -> None:
        """Write an operation down, with what else happened."""
        extra = self.kernel.take_extra()
        self.lines.append([*line, extra] if extra else [*line])

    def perform(self, name: str) -> None:
        """Perform one operation, if there is something to perform it on."""
        perform = {
            **{"km": self.kmalloc, "kf": self.free_object, "ca": self.cache_alloc, "cf": self.free_object},
            **{"a": self.alloc, "f": self.free_block, "cc": self.create, "kr": self.krealloc, "reap": self.reap},
            **{"drain": self.drain, "split": self.split, "minfree": self.min_free, "cpu": self.cpu},
        }
        perform[name]()

    def kmalloc(self) -> None:
        """Allocate by size."""
        size, gfp_mask = self.random.choice((0, 8, 60, 200, 1000, 4000, 9000, 1 << 23)), self.gfp()
        objp = self.slab.kmalloc(size, gfp_mask)
        self.note("km", size, gfp_mask, address(objp))
        if objp > 16:
            self.objects.append(("", objp))

    def krealloc(self) -> None:
        """Make an object larger."""
        plain = [index for index, (name, _) in enumerate(self.objects) if not name]
        if plain:
            name, objp = self.objects.pop(self.random.choice(plain))
            size, gfp_mask = self.slab.ksize(objp) + 1, 0xD0 | GFP_GENTLY
            new = self.slab.krealloc(objp, size, gfp_mask)
            self.note("kr", objp - PAGE_OFFSET, size, gfp_mask, address(new))
            self.objects.append((name, new or objp))

    def free_object(self) -> None:
        """Free an object."""
        if self.objects:
            name, objp = self.objects.pop(self.random.randrange(len(self.objects)))
            if name:
                self.slab.kmem_cache_free(self.caches[name], objp)
                self.note("cf", name, objp - PAGE_OFFSET)
            else:
                self.slab.kfree(objp)
                self.note("kf", objp - PAGE_OFFSET)

    def create(self) -> None:
        """Create a cache."""
        name, size = f"c{len(self.caches)}", self.random.choice((24, 100, 700, 2000, 5000))
        self.caches[name] = self.slab.kmem_cache_create(name, size, 0, self.random.choice((0, 0x2000, 0x20000)))
        state = Caches(self.kernel.mm).at(self.caches[name])
        described = {key: state[key] for key in ("cachep", "buffer_size", "num", "gfporder", "colour", "limit")}
        flags = state["flags"] & 0x22000
        self.note("cc", name, size, 0, flags, 0, described)

    def cache_alloc(self) -> None:
        """Allocate from a cache."""
        if self.caches:
            name, gfp_mask = self.random.choice([*self.caches]), 0xD0 | GFP_GENTLY
            objp = self.slab.kmem_cache_alloc(self.caches[name], gfp_mask)
            self.note("ca", name, gfp_mask, address(objp))
            if objp:
                self.objects.append((name, objp))

    def gfp(self) -> int:
        """Choose flags with which no request kills anybody."""
        return self.random.choice((0xD0, 0x20, 0xD1, 0x80D0)) | GFP_GENTLY

    def alloc(self) -> None:
        """Allocate pages."""
        gfp_mask, order = self.random.choice(GFP) | GFP_GENTLY, self.random.choice((0, 0, 0, 1, 3, 6, 10, 11))
        pfn = self.pages.alloc_pages(gfp_mask, order)
        self.note("a", gfp_mask, order, -1 if pfn is None else pfn)
        if pfn is not None:
            self.blocks.append((pfn, order))

    def free_block(self) -> None:
        """Free pages."""
        if self.blocks:
            pfn, order = self.blocks.pop(self.random.randrange(len(self.blocks)))
            self.pages.free_pages(pfn, order)
            self.note("f", pfn, order)

    def split(self) -> None:
        """Split a block."""
        plain = [block for block in self.blocks if 0 < block[1] < 4]
        if plain:
            pfn, order = plain[0]
            self.blocks.remove((pfn, order))
            self.pages.split_page(pfn, order)
            self.note("split", pfn, order)
            self.blocks += [(page, 0) for page in range(pfn, pfn + (1 << order))]

    def drain(self) -> None:
        """Empty the per-CPU lists."""
        self.pages.drain_all_local_pages()
        self.note("drain")

    def reap(self) -> None:
        """Let time pass, and reap."""
        self.kernel.mm.set("jiffies", self.kernel.mm.get("jiffies") + 1000)
        self.note("tick", 1000)
        self.slab.cache_reap()
        self.note("reap")

    def min_free(self) -> None:
        """Change min_free_kbytes."""
        kbytes = self.random.choice((128, 512, 1024, 4096))
        self.kernel.mm.set("min_free_kbytes", kbytes)
        setup_per_zone_pages_min(self.kernel.mm)
        self.note("minfree", kbytes)

    def cpu(self) -> None:
        """Go on on another CPU."""
        self.kernel.mm.cpu = self.random.choice(self.kernel.online_cpus)
        self.note("cpu", self.kernel.mm.cpu)
