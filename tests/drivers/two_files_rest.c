// SPDX-License-Identifier: GPL-2.0-only
/* The other file of the module. */
#include <linux/export.h>

#include "two_files.h"

int two_files_double(int number)
{
	return 2 * number;
}
EXPORT_SYMBOL_GPL(two_files_double);
