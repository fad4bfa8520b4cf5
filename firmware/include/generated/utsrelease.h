/* SPDX-License-Identifier: GPL-2.0-only */
#define UTS_RELEASE "2.6.24-dmalab"
