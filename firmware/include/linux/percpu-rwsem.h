/* SPDX-License-Identifier: GPL-2.0-only */
/* Semaphores that are read often and written seldom. */
#ifndef LINUX_PERCPU_RWSEM_H
#define LINUX_PERCPU_RWSEM_H

#include <linux/rwsem.h>

struct percpu_rw_semaphore {
	struct rw_semaphore rw;
};

#define DEFINE_STATIC_PERCPU_RWSEM(name) static struct percpu_rw_semaphore name = { __RWSEM_INITIALIZER((name).rw) }
#define percpu_init_rwsem(sem) ({ init_rwsem(&(sem)->rw); 0; })
#define percpu_free_rwsem(sem) ((void)(sem))
#define percpu_down_read(sem) down_read(&(sem)->rw)
#define percpu_down_read_trylock(sem) down_read_trylock(&(sem)->rw)
#define percpu_up_read(sem) up_read(&(sem)->rw)
#define percpu_down_write(sem) down_write(&(sem)->rw)
#define percpu_up_write(sem) up_write(&(sem)->rw)

#endif
