/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every structure, number and static variable that Python reads, in one unit. It is never linked: its debug information,
 * compiled once for each configuration, is what pykernel.layout binds to.
 */
#include <kernel/boot_params.h>
#include <kernel/bootmem.h>
#include <kernel/config.h>
#include <kernel/device.h>
#include <kernel/kasan.h>
#include <kernel/list.h>
#include <kernel/mmzone.h>
#include <kernel/object_user.h>
#include <kernel/page.h>
#include <kernel/ptrace.h>
#include <kernel/shrinker.h>
#include <kernel/sched.h>
#include <kernel/traps.h>
#include <kernel/types.h>
#include <kernel/user_call.h>

#if __has_include(<kernel/slab.h>)
#include <kernel/slab.h>
#endif

#include "mm_statics.c"

#if __has_include("slab_statics.c")
#include "slab_statics.c"
#endif
#if __has_include("dma_statics.c")
#include "dma_statics.c"
#endif
#if __has_include("iommu_statics.c")
#include "iommu_statics.c"
#endif
#if __has_include("fault_statics.c")
#include "fault_statics.c"
#endif
#if __has_include("ownership_statics.c")
#include "ownership_statics.c"
#endif
#include "kasan_statics.c"
