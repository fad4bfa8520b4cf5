# SPDX-License-Identifier: GPL-2.0-only
"""Kinds of corruption: single values, values of others or of another time, and lists and arrays rewired with care.

A kind looks for a place that suits it, and gives None where it finds none. What it gives is planted whole; `sites` name
what was changed, so that the table of what is harmless can be asked about each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from pykernel.check.caches import Cache, array_caches, entries, free_indices, slabs_of
from pykernel.check.offsets import page_offsets, slab_offsets, zone_offsets
from pykernel.check.zones import pcp_lists
from tests.check_plants import Garden, Site, changed


@dataclass(frozen=True, slots=True)
class Plant:
    """Values to write, each with the place that it goes to."""

    kind: str
    values: list[tuple[Site, int]]


Kind = Callable[[Garden, Random], Plant | None]


def list_heads(garden: Garden) -> list[list[Site]]:
    """Give the heads of lists, those of a sort together: free blocks by zone, per-CPU pages, slabs by cache, caches."""
    memory = garden.memory
    zone_at, slab_at = zone_offsets(memory.layout), slab_offsets(memory.layout)
    sorts = [[Site("cache_chain", memory.statics["cache_chain"], 8)]]
    for zone in garden.survey.zones:
        areas = [zone.phys + zone_at.free_area + order * zone_at.free_area_size for order in range(zone_at.orders)]
        free = [
            Site(f"free_list of order {order}", area + 16 * kind, 8)
            for order, area in enumerate(areas)
            for kind in range(zone_at.types)
        ]
        pcps = [Site("pcp list", pcp + zone_at.pcp_list, 8) for _, _, pcp in pcp_lists(memory, zone)]
        sorts += [free, free, free, pcps]
    for cache in garden.caches:
        sorts.append([Site(f"slabs_{name}", cache.list3 + offset, 8) for name, offset in slab_at.lists])
    return sorts


def entries_of(garden: Garden, cache: Cache) -> list[Site]:
    """Give the places in a cache's arrays that hold an object."""
    at = slab_offsets(garden.memory.layout)
    return [
        Site("shared array.entry" if holder == "shared" else "array.entry", array + at.entry + 8 * index, 8)
        for holder, array in array_caches(garden.memory, cache)
        for index in range(len(entries(garden.memory, array)))
    ]


def _resolve(virt: int) -> int:
    return virt - KERNEL_MAP_BASE if virt >= KERNEL_MAP_BASE else virt - PAGE_OFFSET


def single(garden: Garden, rng: Random) -> Plant:
    """Change one scalar: a bit, by one, to nothing, to anything."""
    site = garden.choose(rng)
    return Plant("single", [(site, changed(rng, garden.read(site), site.width))])


def of_another(garden: Garden, rng: Random) -> Plant | None:
    """Give one scalar the value that the same member of another structure has."""
    site, other = garden.choose_alike(rng)
    value = garden.read(other)
    return Plant("of another", [(site, value)]) if value != garden.read(site) else None


def exchanged(garden: Garden, rng: Random) -> Plant | None:
    """Let the same member of two structures change places."""
    site, other = garden.choose_alike(rng)
    values = garden.read(site), garden.read(other)
    return Plant("exchanged", [(site, values[1]), (other, values[0])]) if values[0] != values[1] else None


def stale(garden: Garden, rng: Random) -> Plant | None:
    """Give one scalar the value that it had some time ago."""
    site = garden.choose(rng)
    before = int.from_bytes(garden.before[site.phys : site.phys + site.width], "little")
    return Plant("stale", [(site, before)]) if before != garden.read(site) else None


def twice_in_arrays(garden: Garden, rng: Random) -> Plant | None:
    """Put an object that one array of a cache holds into an array a second time."""
    held = entries_of(garden, rng.choice(garden.caches))
    if len(held) < 2:
        return None
    place, other = rng.sample(held, 2)
    return Plant("twice in arrays", [(place, garden.read(other))])


def free_and_cached(garden: Garden, rng: Random) -> Plant | None:
    """Put an object into an array that is free in its slab."""
    cache = rng.choice(garden.caches)
    held = entries_of(garden, cache)
    free = [
        (garden.memory.u64(slab + slab_offsets(garden.memory.layout).s_mem) + index * cache.buffer_size)
        for _, slab in slabs_of(garden.memory, cache)
        for index in free_indices(garden.memory, slab, cache.num)
    ]
    if not free or not held:
        return None
    return Plant("free and cached", [(rng.choice(held), rng.choice(free))])


def beside_an_object(garden: Garden, rng: Random) -> Plant | None:
    """Let an array's entry point into the midst of an object, or behind the last."""
    held = entries_of(garden, rng.choice(garden.caches))
    if not held:
        return None
    place = rng.choice(held)
    return Plant("beside an object", [(place, garden.read(place) + rng.choice((8, -8, 16, 4096, 1 << 20)))])


def of_another_cache(garden: Garden, rng: Random) -> Plant | None:
    """Put an object of one cache into another's array."""
    one, other = (entries_of(garden, cache) for cache in rng.sample(garden.caches, 2))
    if not one or not other:
        return None
    return Plant("of another cache", [(rng.choice(one), garden.read(rng.choice(other)))])


def bufctl_loop(garden: Garden, rng: Random) -> Plant | None:
    """Let the chain of a slab's free objects run back into itself, or end too early."""
    at = slab_offsets(garden.memory.layout)
    cache = rng.choice(garden.caches)
    chains = [(slab, free_indices(garden.memory, slab, cache.num)) for _, slab in slabs_of(garden.memory, cache)]
    chains = [(slab, chain) for slab, chain in chains if len(chain) > 1]
    if not chains:
        return None
    slab, chain = rng.choice(chains)
    place = Site("slab.bufctl(free)", slab + at.slab_struct + 4 * rng.choice(chain[:-1]), 4)
    value = rng.choice((chain[0], at.end, garden.read(place) ^ 1))
    return Plant("bufctl loop", [(place, value)]) if value != garden.read(place) else None


def one_page_for_two(garden: Garden, rng: Random) -> Plant | None:
    """Let a slab have another's objects, and that one's pages with them."""
    at = slab_offsets(garden.memory.layout)
    cache = rng.choice(garden.caches)
    slabs = [slab for _, slab in slabs_of(garden.memory, cache)]
    if len(slabs) < 2:
        return None
    one, other = rng.sample(slabs, 2)
    values = [(Site("slab.s_mem", one + at.s_mem, 8), garden.memory.u64(other + at.s_mem))]
    values.append((Site("slab.colouroff", one + at.colouroff, 8), garden.memory.u64(other + at.colouroff)))
    return Plant("one page for two", values)


def slab_page_of_another(garden: Garden, rng: Random) -> Plant | None:
    """Let a slab's page name another cache, and another slab of it."""
    pages = garden.pages.get("slab", [])
    one, other = (garden.survey.pages.page(rng.choice(pages)) for _ in range(2))
    lru = page_offsets(garden.memory.layout).lru
    places = [Site(f"page(slab).lru.{link}", one + lru + 8 * n, 8) for n, link in enumerate(("next", "prev"))]
    values = [(place, garden.memory.u64(other + lru + 8 * n)) for n, place in enumerate(places)]
    values = [(place, value) for place, value in values if value != garden.read(place)]
    return Plant("slab page of another", values) if values else None


def moved(garden: Garden, rng: Random) -> Plant | None:
    """Take an entry off its list and put it first on another of the same sort, all links right."""
    heads = rng.choice(list_heads(garden))
    if len(heads) < 2:
        return None
    source, target = rng.sample(heads, 2)
    entry = _resolve(garden.read(source))
    if entry == source.phys:
        return None
    kind = "moved" if source.name != target.name or "order" not in source.name else "moved within an order"
    return Plant(kind, _relinked(garden, entry, target.phys))


def unlinked(garden: Garden, rng: Random) -> Plant | None:
    """Take an entry off its list, all links right."""
    source = rng.choice(rng.choice(list_heads(garden)))
    entry = _resolve(garden.read(source))
    return Plant("unlinked", _relinked(garden, entry, None)) if entry != source.phys else None


def crossed(garden: Garden, rng: Random) -> Plant | None:
    """Let two lists change what comes first on them, forward links only."""
    heads = rng.choice(list_heads(garden))
    if len(heads) < 2:
        return None
    one, other = rng.sample(heads, 2)
    return Plant("crossed", [(one, garden.read(other)), (other, garden.read(one))])


def _relinked(garden: Garden, entry: int, target: int | None) -> list[tuple[Site, int]]:
    """Give what list_del(), and list_add() to the list at `target`, would write."""
    memory = garden.memory
    words: dict[int, int] = {}

    def read(phys: int) -> int:
        return words.get(phys, memory.u64(phys))

    after, before = memory.u64(entry), memory.u64(entry + 8)
    link = memory.u64(_resolve(before))  # how the others call the entry
    words[_resolve(after) + 8], words[_resolve(before)] = before, after
    if target is not None:
        # A list's head is called as those on the list call it; where none are, it calls itself.
        head = read(_resolve(read(target)) + 8)
        first = read(target)
        words[_resolve(first) + 8] = link
        words[entry], words[entry + 8], words[target] = first, head, link
    return [(Site("a link", phys, 8), value) for phys, value in words.items()]


KINDS: tuple[Kind, ...] = (
    *(single, single, single, single, of_another, of_another, exchanged, exchanged, stale, stale),
    *(twice_in_arrays, free_and_cached, beside_an_object, of_another_cache, bufctl_loop, one_page_for_two),
    *(slab_page_of_another, moved, unlinked, crossed),
)


def choose(garden: Garden, rng: Random) -> Plant:
    """Choose a kind, and a place for it."""
    while True:
        plant = rng.choice(KINDS)(garden, rng)
        if plant is not None:
            return plant
