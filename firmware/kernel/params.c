// SPDX-License-Identifier: GPL-2.0-only
/* Parameters of modules. kernel/params.c */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel.h"
#include "params.h"
#include "sysfs.h"

#define VALUE_LENGTH 128
#define PARAMS_MOST 32

extern struct module __this_module;

#define DEFINE_PARAM(name, type, format, parse)						\
int param_set_##name(const char *value, const struct kernel_param *kp)	\
{											\
	return value ? parse(value, 0, (type *)kp->arg) : -EINVAL;			\
}											\
int param_get_##name(char *buffer, const struct kernel_param *kp)	\
{											\
	return scnprintf(buffer, PAGE_SIZE, format "\n", *(type *)kp->arg);		\
}											\
const struct kernel_param_ops param_ops_##name = {					\
	.set = param_set_##name, .get = param_get_##name }

DEFINE_PARAM(byte, unsigned char, "%hhu", kstrtou8);
DEFINE_PARAM(short, short, "%hi", kstrtos16);
DEFINE_PARAM(ushort, unsigned short, "%hu", kstrtou16);
DEFINE_PARAM(int, int, "%i", kstrtoint);
DEFINE_PARAM(uint, unsigned int, "%u", kstrtouint);
DEFINE_PARAM(long, long, "%li", kstrtol);
DEFINE_PARAM(ulong, unsigned long, "%lu", kstrtoul);
DEFINE_PARAM(ullong, unsigned long long, "%llu", kstrtoull);
DEFINE_PARAM(hexint, unsigned int, "%#08x", kstrtouint);

int param_set_uint_minmax(const char *value, const struct kernel_param *kp, unsigned int min, unsigned int max)
{
	unsigned int number;
	int error = value ? kstrtouint(value, 0, &number) : -EINVAL;

	if (error)
		return error;
	if (number < min || number > max)
		return -EINVAL;
	*(unsigned int *)kp->arg = number;
	return 0;
}

int param_set_bool(const char *value, const struct kernel_param *kp)
{
	return kstrtobool(value ? value : "1", kp->arg);
}

int param_get_bool(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%c\n", *(bool *)kp->arg ? 'Y' : 'N');
}

/* Of an int that is 0 or 1. */
int param_set_bint(const char *value, const struct kernel_param *kp)
{
	bool number;
	int error = kstrtobool(value ? value : "1", &number);

	if (!error)
		*(int *)kp->arg = number;
	return error;
}

/* Once on, for ever on. */
int param_set_bool_enable_only(const char *value, const struct kernel_param *kp)
{
	bool number;
	int error = kstrtobool(value ? value : "1", &number);

	if (!error && !number && *(bool *)kp->arg)
		return -EROFS;
	if (!error)
		*(bool *)kp->arg = number;
	return error;
}

int param_get_invbool(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%c\n", *(bool *)kp->arg ? 'N' : 'Y');
}

int param_set_invbool(const char *value, const struct kernel_param *kp)
{
	bool inverted;
	int error = kstrtobool(value ? value : "1", &inverted);

	if (!error)
		*(bool *)kp->arg = !inverted;
	return error;
}

/* What it points to stays for ever, as it may have been copied. */
int param_set_charp(const char *value, const struct kernel_param *kp)
{
	*(char **)kp->arg = kstrdup(value ? value : "", GFP_KERNEL);
	return *(char **)kp->arg ? 0 : -ENOMEM;
}

int param_get_charp(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", *(char **)kp->arg ? : "(null)");
}

int param_set_copystring(const char *value, const struct kernel_param *kp)
{
	if (!value || strlen(value) >= kp->str->maxlen)
		return -ENOSPC;
	strcpy(kp->str->string, value);
	return 0;
}

int param_get_string(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", kp->str->string);
}

static int param_set_array(const char *value, const struct kernel_param *kp)
{
	const struct kparam_array *array = kp->arr;
	struct kernel_param element = *kp;
	char copy[VALUE_LENGTH], *rest = copy, *word;
	unsigned int count = 0;
	int error = 0;

	strlcpy(copy, value ? value : "", sizeof(copy));
	while (!error && (word = strsep(&rest, ","))) {
		if (count == array->max)
			return -EINVAL;
		element.arg = (char *)array->elem + array->elemsize * count++;
		error = array->ops->set(word, &element);
	}
	if (array->num)
		*array->num = count;
	return error;
}

static int param_get_array(char *buffer, const struct kernel_param *kp)
{
	const struct kparam_array *array = kp->arr;
	struct kernel_param element = *kp;
	int length = 0;

	for (unsigned int i = 0; i < (array->num ? *array->num : array->max); i++) {
		if (i)
			buffer[length - 1] = ',';
		element.arg = (char *)array->elem + array->elemsize * i;
		length += array->ops->get(buffer + length, &element);
	}
	return length;
}

const struct kernel_param_ops param_ops_bool = { .set = param_set_bool, .get = param_get_bool };
const struct kernel_param_ops param_ops_invbool = { .set = param_set_invbool, .get = param_get_invbool };
const struct kernel_param_ops param_ops_bint = { .set = param_set_bint, .get = param_get_int };
const struct kernel_param_ops param_ops_bool_enable_only = { .set = param_set_bool_enable_only, .get = param_get_bool };
const struct kernel_param_ops param_ops_charp = { .set = param_set_charp, .get = param_get_charp };
const struct kernel_param_ops param_ops_string = { .set = param_set_copystring, .get = param_get_string };
const struct kernel_param_ops param_array_ops = { .set = param_set_array, .get = param_get_array };

/* Take `<module>.<name>=<value>` from the command line for each parameter. */
int parse_params(const struct kernel_param *first, const struct kernel_param *end)
{
	char name[96], value[VALUE_LENGTH];

	for (const struct kernel_param *kp = first; kp < end; kp++) {
		int error;

		snprintf(name, sizeof(name), "%s.%s", kp->module, kp->name);
		if (!command_line_option(name, value, sizeof(value)))
			continue;
		error = kp->ops->set(value, kp);
		if (!error)
			continue;
		printk(KERN_ERR "%s: `%s' invalid for parameter `%s'\n", kp->module, value, kp->name);
		return error;
	}
	return 0;
}

struct param_attribute {
	struct kobj_attribute attr;
	const struct kernel_param *param;
};

static struct param_attribute attributes[PARAMS_MOST];

static ssize_t param_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct kernel_param *kp = container_of(attr, struct param_attribute, attr)->param;

	return kp->ops->get ? kp->ops->get(buf, kp) : -EPERM;
}

static ssize_t param_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf, size_t count)
{
	const struct kernel_param *kp = container_of(attr, struct param_attribute, attr)->param;
	char value[VALUE_LENGTH];
	int error;

	strlcpy(value, buf, sizeof(value));
	error = kp->ops->set && (kp->perm & 0222) ? kp->ops->set(strim(value), kp) : -EPERM;
	return error ? error : (ssize_t)count;
}

static struct kobject folder;

void add_params(const struct kernel_param *first, const struct kernel_param *end)
{
	static const struct kobj_type folder_ktype = { .sysfs_ops = &kobj_sysfs_ops };
	int used = 0;

	if (first == end)
		return;
	kobject_init(&folder, &folder_ktype);
	folder.name = "parameters";
	kobject_attach(&folder, &__this_module.kobj);
	for (const struct kernel_param *kp = first; kp < end && used < PARAMS_MOST; kp++) {
		struct param_attribute *attr = &attributes[used];

		if (!kp->perm)
			continue;
		*attr = (struct param_attribute) { { { kp->name, NULL, kp->perm }, param_show, param_store }, kp };
		used += !sysfs_create_file(&folder, &attr->attr.attr);
	}
}

void remove_params(void)
{
	kobject_del(&folder);
}
