/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of one module. */
#ifndef TWO_FILES_H
#define TWO_FILES_H

extern int two_files_state;
int two_files_double(int number);

#endif
