// SPDX-License-Identifier: GPL-2.0-only
/* A module with nothing to run. */
int data_only = 3;
