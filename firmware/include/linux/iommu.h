/* SPDX-License-Identifier: GPL-2.0-only */
/* An IOMMU that this machine may have is the DMA API's alone: a driver finds none to manage. */
#ifndef LINUX_IOMMU_H
#define LINUX_IOMMU_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/mm_types.h>
#include <linux/types.h>

struct iommu_domain;
struct iommu_group;
struct iommu_sva;

#define IOMMU_READ 1
#define IOMMU_WRITE 2
#define IOMMU_CACHE 4
#define IOMMU_NOEXEC 8
#define IOMMU_MMIO 16
#define IOMMU_PASID_INVALID (-1U)

enum iommu_dev_features { IOMMU_DEV_FEAT_SVA, IOMMU_DEV_FEAT_IOPF };

#define iommu_present(bus) ((void)(bus), false)
#define device_iommu_mapped(dev) ((void)(dev), false)
#define iommu_get_domain_for_dev(dev) ((void)(dev), (struct iommu_domain *)NULL)
#define iommu_group_get(dev) ((void)(dev), (struct iommu_group *)NULL)
#define iommu_group_put(group) ((void)(group))
#define iommu_domain_alloc(bus) ((void)(bus), (struct iommu_domain *)NULL)
#define iommu_domain_free(domain) ((void)(domain))
#define iommu_attach_device(domain, dev) ((void)(domain), (void)(dev), -ENODEV)
#define iommu_detach_device(domain, dev) ((void)(domain), (void)(dev))

static inline int iommu_dev_enable_feature(struct device *dev, enum iommu_dev_features feature)
{
	return -ENODEV;
}

static inline int iommu_dev_disable_feature(struct device *dev, enum iommu_dev_features feature)
{
	return -ENODEV;
}

#define iommu_sva_bind_device(dev, mm) ((void)(dev), (void)(mm), (struct iommu_sva *)ERR_PTR(-ENODEV))
#define iommu_sva_unbind_device(sva) ((void)(sva))
#define iommu_sva_get_pasid(sva) ((void)(sva), IOMMU_PASID_INVALID)

#endif
