# SPDX-License-Identifier: GPL-2.0-only
"""Offsets of the members that slabs are worked with: in words as wide as the member, mostly 8 bytes."""

from pykernel.layout.layout import Layout


class Offsets:
    """Offsets of one layout, worked out once."""

    def __init__(self, layout: Layout) -> None:
        self._arrays_and_lists(layout)
        self._slabs(layout)
        self._caches(layout)
        self._tunables(layout)
        self.sizes_words = layout.sizeof("cache_sizes") >> 3
        self.sizes_cachep = layout.offset("cache_sizes", "cs_cachep") >> 3
        has_twins = "cs_dmacachep" in layout.members("cache_sizes")
        self.sizes_dmacachep = layout.offset("cache_sizes", "cs_dmacachep") >> 3 if has_twins else 0
        self.sizeof_array_cache = layout.sizeof("array_cache")
        self.sizeof_arraycache_init = layout.sizeof("arraycache_init")
        self.sizeof_kmem_list3 = layout.sizeof("kmem_list3")
        self.sizeof_ccupdate = layout.sizeof("ccupdate_struct")

    def _arrays_and_lists(self, layout: Layout) -> None:
        def array(member: str) -> int:
            return layout.offset("array_cache", member)

        def list3(member: str) -> int:
            return layout.offset("kmem_list3", member)

        self.ac_limit, self.ac_batchcount = array("limit") >> 2, array("batchcount") >> 2
        self.ac_touched, self.ac_entry = array("touched") >> 2, array("entry") >> 3
        self.l3_partial, self.l3_full = list3("slabs_partial") >> 3, list3("slabs_full") >> 3
        self.l3_free, self.l3_free_objects = list3("slabs_free") >> 3, list3("free_objects") >> 3
        self.l3_free_limit, self.l3_colour_next = list3("free_limit") >> 2, list3("colour_next") >> 2
        self.l3_shared, self.l3_alien = list3("shared") >> 3, list3("alien") >> 3
        self.l3_next_reap, self.l3_free_touched = list3("next_reap") >> 3, list3("free_touched") >> 2

    def _slabs(self, layout: Layout) -> None:
        def slab(member: str) -> int:
            return layout.offset("slab", member)

        self.slab_colouroff, self.slab_s_mem = slab("colouroff") >> 3, slab("s_mem") >> 3
        self.slab_inuse, self.slab_free, self.slab_nodeid = slab("inuse") >> 2, slab("free") >> 2, slab("nodeid") >> 1
        self.slab_bufctl = layout.sizeof("slab") >> 2
        self.rcu_cachep, self.rcu_addr = (
            layout.offset("slab_rcu", "cachep") >> 3,
            layout.offset("slab_rcu", "addr") >> 3,
        )

    def _caches(self, layout: Layout) -> None:
        def cache(member: str) -> int:
            return layout.offset("kmem_cache", member)

        self.cache_array, self.cache_nodelists = cache("array") >> 3, cache("nodelists") >> 3
        self.cache_buffer_size, self.cache_reciprocal = cache("buffer_size") >> 2, cache("reciprocal_buffer_size") >> 2
        self.cache_flags, self.cache_num, self.cache_gfporder = (
            cache("flags") >> 2,
            cache("num") >> 2,
            cache("gfporder") >> 2,
        )
        self.cache_gfpflags = cache("gfpflags") >> 2
        self.cache_colour, self.cache_colour_off = cache("colour") >> 3, cache("colour_off") >> 2
        self.cache_slabp_cache, self.cache_slab_size = cache("slabp_cache") >> 3, cache("slab_size") >> 2
        self.cache_ctor, self.cache_name, self.cache_next = cache("ctor") >> 3, cache("name") >> 3, cache("next") >> 3
        self.cache_dflags = cache("dflags") >> 2
        self.cache_dtor_low, self.cache_dtor_high = cache("dtor_low") >> 2, cache("dtor_high") >> 2

    def _tunables(self, layout: Layout) -> None:
        def cache(member: str) -> int:
            return layout.offset("kmem_cache", member) >> 2

        self.cache_batchcount, self.cache_limit, self.cache_shared = (
            cache("batchcount"),
            cache("limit"),
            cache("shared"),
        )


class DebugOffsets:
    """Offsets of what CONFIG_DEBUG_SLAB adds to struct kmem_cache, as in Offsets."""

    def __init__(self, layout: Layout) -> None:
        def offset(member: str) -> int:
            return layout.offset("kmem_cache", member)

        self.num_active, self.num_allocations = offset("num_active") >> 3, offset("num_allocations") >> 3
        self.high_mark, self.grown, self.reaped = offset("high_mark") >> 3, offset("grown") >> 3, offset("reaped") >> 3
        self.errors, self.max_freeable = offset("errors") >> 3, offset("max_freeable") >> 3
        self.node_allocs, self.node_frees = offset("node_allocs") >> 3, offset("node_frees") >> 3
        self.node_overflow = offset("node_overflow") >> 3
        self.allochit, self.allocmiss = offset("allochit") >> 2, offset("allocmiss") >> 2
        self.freehit, self.freemiss = offset("freehit") >> 2, offset("freemiss") >> 2
        self.obj_offset, self.obj_size = offset("obj_offset") >> 2, offset("obj_size") >> 2
