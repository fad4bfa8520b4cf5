/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be chosen when the kernel is compiled. The compiler's command line sets these names (-DCONFIG_SMP, ...); each
 * choice that changes a layout must be in the key of firmware/layouts.py too.
 */
#ifndef KERNEL_CONFIG_H
#define KERNEL_CONFIG_H

/* SMP: two CPUs. DEBUG_SLAB. ZONE_DMA: a zone for the 24-bit reach of ISA. All begin with CONFIG_. */

#define CONFIG_ZONE_DMA32 1	/* always, on x86-64 */

#ifndef CONFIG_X86_L1_CACHE_SHIFT
#define CONFIG_X86_L1_CACHE_SHIFT 6
#endif
#ifndef CONFIG_FORCE_MAX_ZONEORDER
#define CONFIG_FORCE_MAX_ZONEORDER 11
#endif

#ifdef CONFIG_SMP
#define NR_CPUS 2
#else
#define NR_CPUS 1
#endif

#define L1_CACHE_BYTES (1 << CONFIG_X86_L1_CACHE_SHIFT)
#define MAX_ORDER CONFIG_FORCE_MAX_ZONEORDER

/* Only where CPUs share memory does it pay to keep things in cache lines of their own. */
#ifdef CONFIG_SMP
#define ____cacheline_aligned_in_smp __attribute__((aligned(L1_CACHE_BYTES)))
#else
#define ____cacheline_aligned_in_smp
#endif

#endif
