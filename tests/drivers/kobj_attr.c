// SPDX-License-Identifier: GPL-2.0-only
/* Attributes of an object of its own under /sys/kernel, and parameters of the module. */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>

static int level = 3;
module_param(level, int, 0644);
MODULE_PARM_DESC(level, "how much");

static char *who = "world";
module_param_named(name, who, charp, 0444);

static unsigned short ports[4] = { 1, 2 };
static int nr_ports = 2;
module_param_array(ports, ushort, &nr_ports, 0444);

static bool loud;
module_param(loud, bool, 0644);

static int small = 1, opposite, switched;

static int set_small(const char *value, const struct kernel_param *kp)
{
	return param_set_uint_minmax(value, kp, 1, 9);
}

static const struct kernel_param_ops small_ops = { .set = set_small, .get = param_get_uint };
module_param_cb(small, &small_ops, &small, 0644);

static int set_opposite(const char *value, const struct kernel_param *kp)
{
	int error = param_set_int(value, kp);

	opposite = -opposite;
	return error;
}
module_param_call(opposite, set_opposite, param_get_int, &opposite, 0644);
module_param_named(switched, switched, bint, 0644);
static char label[6] = "old";
module_param_string(label, label, sizeof(label), 0644);

static struct kobject *folder, *below;
static char text[32] = "first";

static ssize_t text_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s %s %d%s\n", text, who, level, loud ? "!" : "");
}

static ssize_t text_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf, size_t count)
{
	if (count >= sizeof(text))
		return -EINVAL;
	strscpy(text, buf, sizeof(text));
	strim(text);
	return count;
}

static struct kobj_attribute text_attr = __ATTR(text, 0664, text_show, text_store);
static struct kobj_attribute second_attr = __ATTR_RO(text);

static struct attribute *attrs[] = { &text_attr.attr, NULL };
static struct attribute_group group = { .attrs = attrs };

static int __init start(void)
{
	int err;

	folder = kobject_create_and_add("kobj_attr", kernel_kobj);
	if (!folder)
		return -ENOMEM;
	err = sysfs_create_group(folder, &group);
	if (!err) {
		below = kobject_create_and_add("below", folder);
		err = below ? sysfs_create_file(below, &second_attr.attr) : -ENOMEM;
	}
	if (err) {
		kobject_put(below);
		kobject_put(folder);
	}
	return err;
}

static void __exit stop(void)
{
	kobject_put(below);
	kobject_put(folder);
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
