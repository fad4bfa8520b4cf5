/* SPDX-License-Identifier: GPL-2.0-only */
/* Power management at run time: every device is always on. */
#ifndef LINUX_PM_RUNTIME_H
#define LINUX_PM_RUNTIME_H

#include <linux/device.h>

static inline void pm_runtime_enable(struct device *dev) {}
static inline void pm_runtime_disable(struct device *dev) {}
static inline void pm_runtime_allow(struct device *dev) {}
static inline void pm_runtime_forbid(struct device *dev) {}
static inline void pm_runtime_get_noresume(struct device *dev) {}
static inline void pm_runtime_put_noidle(struct device *dev) {}
static inline int pm_runtime_get_sync(struct device *dev) { return 0; }
static inline int pm_runtime_resume_and_get(struct device *dev) { return 0; }
static inline int pm_runtime_put(struct device *dev) { return 0; }
static inline int pm_runtime_put_sync(struct device *dev) { return 0; }
static inline int pm_runtime_set_active(struct device *dev) { return 0; }
static inline void pm_runtime_set_suspended(struct device *dev) {}

#endif
