/* SPDX-License-Identifier: GPL-2.0-only */
/* Caches, slabs, per-CPU arrays and the general caches. mm/slab.c, include/linux/slab.h, slab_def.h, poison.h */
#ifndef KERNEL_SLAB_H
#define KERNEL_SLAB_H

#include <kernel/page.h>
#include <kernel/rcu_head.h>
#include <kernel/slab_flags.h>

#define MAX_NUMNODES 1

typedef unsigned int kmem_bufctl_t;

enum bufctl {
	SLAB_LIMIT = 0xfffffffc,
	BUFCTL_ACTIVE = 0xfffffffd,
	BUFCTL_FREE = 0xfffffffe,
	BUFCTL_END = 0xffffffff,
};

/* What freed, allocated and last bytes of a debugged object hold; and the words around it. */
enum slab_poison {
	POISON_INUSE = 0x5a,
	POISON_FREE = 0x6b,
	POISON_END = 0xa5,
};
enum slab_redzone {
	RED_INACTIVE = 0x09F911029D74E35BUL,
	RED_ACTIVE = 0xD84156C5635688C0UL,
};

enum cpucache_up { NONE, PARTIAL_AC, PARTIAL_L3, FULL };

/* Stands at the start of its slab, or in an object of a general cache; an array of kmem_bufctl_t follows it. */
struct slab {
	struct list_head list;
	unsigned long colouroff;	/* bytes from the first page to the first object */
	void *s_mem;			/* the first object */
	unsigned int inuse;
	kmem_bufctl_t free;		/* index of the first free object */
	unsigned short nodeid;
};

/* Takes the place of a struct slab whose pages wait for the end of a grace period. */
struct slab_rcu {
	struct rcu_head head;
	struct kmem_cache *cachep;
	void *addr;
};

struct array_cache {
	unsigned int avail;
	unsigned int limit;
	unsigned int batchcount;
	unsigned int touched;		/* since cache_reap() looked last */
	arch_spinlock_t lock;
	void *entry[0];			/* free objects; the last is the next to go */
};

enum { BOOT_CPUCACHE_ENTRIES = 1 };

struct arraycache_init {
	struct array_cache cache;
	void *entries[BOOT_CPUCACHE_ENTRIES];
};

struct kmem_list3 {
	struct list_head slabs_partial;
	struct list_head slabs_full;
	struct list_head slabs_free;
	unsigned long free_objects;	/* in slabs, not in arrays */
	unsigned int free_limit;
	unsigned int colour_next;
	arch_spinlock_t list_lock;
	struct array_cache *shared;
	struct array_cache **alien;
	unsigned long next_reap;	/* jiffies */
	int free_touched;
};

struct kmem_cache {
	struct array_cache *array[NR_CPUS];
	unsigned int batchcount;
	unsigned int limit;
	unsigned int shared;
	unsigned int buffer_size;	/* bytes from one object to the next */
	u32 reciprocal_buffer_size;
	unsigned int flags;
	unsigned int num;		/* objects in a slab */
	unsigned int gfporder;
	gfp_t gfpflags;
	u32 dtor_low;			/* the laboratory's: a destructor's address lies in what is padding in Linux */
	size_t colour;
	unsigned int colour_off;
	u32 dtor_high;			/* the laboratory's */
	struct kmem_cache *slabp_cache;
	unsigned int slab_size;
	unsigned int dflags;		/* 0 in Linux; here, with a shadow, the bytes of red zone behind each object */
	void (*ctor)(struct kmem_cache *cachep, void *objp);
	const char *name;
	struct list_head next;
#ifdef CONFIG_DEBUG_SLAB
	unsigned long num_active;
	unsigned long num_allocations;
	unsigned long high_mark;
	unsigned long grown;
	unsigned long reaped;
	unsigned long errors;
	unsigned long max_freeable;
	unsigned long node_allocs;
	unsigned long node_frees;
	unsigned long node_overflow;
	u32 allochit;
	u32 allocmiss;
	u32 freehit;
	u32 freemiss;
	int obj_offset;
	int obj_size;
#endif
	struct kmem_list3 *nodelists[MAX_NUMNODES];
};

/* What do_tune_cpucache() carries the arrays of all CPUs in. */
struct ccupdate_struct {
	struct kmem_cache *cachep;
	struct array_cache *new[NR_CPUS];
};

struct cache_sizes {
	size_t cs_size;
	struct kmem_cache *cs_cachep;
#ifdef CONFIG_ZONE_DMA
	struct kmem_cache *cs_dmacachep;
#endif
};

enum slab_statics_sizes {
	NUM_INIT_LISTS = 2 * MAX_NUMNODES + 1,
	MALLOC_SIZES = 24,		/* 32 to 2^25, 96 or 192 or both, and the one that ends the table */
	SLAB_NAME_LEN = 24,		/* bytes of a name that the kernel or the host gave, with its NUL */
	HOST_NAMES = 256,
};

#endif
