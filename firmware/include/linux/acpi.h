/* SPDX-License-Identifier: GPL-2.0-only */
/* This machine has no ACPI. */
#ifndef LINUX_ACPI_H
#define LINUX_ACPI_H

#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/property.h>

#define ACPI_PTR(table) NULL
#define ACPI_COMPANION(dev) NULL
#define ACPI_HANDLE(dev) NULL
#define has_acpi_companion(dev) false
#define acpi_disabled 1

#endif
