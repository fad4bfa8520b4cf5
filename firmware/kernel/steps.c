// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel does once it is up: the steps named by run= on its command line, in that order. A step is one of those
 * below or, by its name, a module: loaded, which for a driver means that it finds its device and tries it, and unloaded.
 */
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "kernel.h"

#define STEPS_LENGTH 512

struct step {
	const char *name;
	int (*run)(void);
};

static const struct step steps[] = {
	{ "workload", replay_workload },
	{ "caches", exercise_caches },
	{ "user", run_user_module },
};

static int run_module(const char *name)
{
	int error = load_module(name);
	int probe_error = take_probe_error();

	if (error)
		return error;
	error = unload_module(name);
	return probe_error ? probe_error : error;
}

static int run_step(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (!strcmp(steps[i].name, name))
			return steps[i].run();
	return run_module(name);
}

/* Cut the first word off a list with commas. */
static char *next_word(char **list)
{
	char *word = *list;
	char *at = word;

	if (!*word)
		return NULL;
	while (*at && *at != ',')
		at++;
	*list = *at ? at + 1 : at;
	*at = 0;
	return word;
}

/* Run all steps, whatever becomes of each; give the number, from 1, of the first that failed, or 0. */
int run_steps(void)
{
	char list[STEPS_LENGTH];
	char *rest = list;
	int first_failed = 0;

	if (!command_line_option("run", list, sizeof(list)))
		return 0;
	for (int number = 1; *rest; number++) {
		char *name = next_word(&rest);
		int error;

		touch_softlockup_watchdog();
		error = run_step(name);

		checkpoint(name);
		if (!error)
			continue;
		printk(KERN_ERR "step %d, %s: failed with error %d\n", number, name, error);
		if (!first_failed)
			first_failed = number;
	}
	return first_failed;
}
