/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel whose driver API is compiled against. The compiler's command line may say which: DMALAB_KERNEL_VERSION. */
#ifndef LINUX_VERSION_H
#define LINUX_VERSION_H

#define KERNEL_VERSION(major, minor, patch) (((major) << 16) + ((minor) << 8) + ((patch) > 255 ? 255 : (patch)))

#ifndef DMALAB_KERNEL_VERSION
#define DMALAB_KERNEL_VERSION KERNEL_VERSION(6, 1, 0)
#endif
#define LINUX_VERSION_CODE (DMALAB_KERNEL_VERSION)

#endif
