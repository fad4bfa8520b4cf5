/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects with a name, a place under /sys, and users who are counted. */
#ifndef LINUX_KOBJECT_H
#define LINUX_KOBJECT_H

#include <kernel/api.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/sysfs.h>

struct kobj_uevent_env {
	char *argv[3];
	char *envp[32];
	int envp_idx;
	char buf[2048];
	int buflen;
};

struct kobj_type {
	void (*release)(struct kobject *kobj);
	const struct sysfs_ops *sysfs_ops;
	struct attribute **default_attrs;
	const struct attribute_group **default_groups;
};

struct kobj_attribute {
	struct attribute attr;
	ssize_t (*show)(struct kobject *kobj, struct kobj_attribute *attr, char *buf);
	ssize_t (*store)(struct kobject *kobj, struct kobj_attribute *attr, const char *buf, size_t count);
};

struct kset_uevent_ops {
	int (*filter)(const struct kobject *kobj);
	const char *(*name)(const struct kobject *kobj);
	int (*uevent)(const struct kobject *kobj, struct kobj_uevent_env *env);
};

struct kset {
	struct list_head list;
	struct kobject kobj;
	const struct kset_uevent_ops *uevent_ops;	/* nobody listens */
};

enum kobject_action { KOBJ_ADD, KOBJ_REMOVE, KOBJ_CHANGE, KOBJ_MOVE, KOBJ_ONLINE, KOBJ_OFFLINE };

extern struct kobject *kernel_kobj, *firmware_kobj;
extern const struct sysfs_ops kobj_sysfs_ops;

void kobject_init(struct kobject *kobj, const struct kobj_type *ktype);
int __must_check kobject_add(struct kobject *kobj, struct kobject *parent, const char *format, ...) __printf(3, 4);
int __must_check kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype, struct kobject *parent,
				      const char *format, ...) __printf(4, 5);
int kobject_set_name(struct kobject *kobj, const char *format, ...) __printf(2, 3);
struct kobject *__must_check kobject_create_and_add(const char *name, struct kobject *parent);
void kobject_del(struct kobject *kobj);
struct kobject *kobject_get(struct kobject *kobj);
void kobject_put(struct kobject *kobj);
int kobject_uevent(struct kobject *kobj, enum kobject_action action);
int kobject_uevent_env(struct kobject *kobj, enum kobject_action action, char *envp[]);
int add_uevent_var(struct kobj_uevent_env *env, const char *format, ...) __printf(2, 3);
int kobject_rename(struct kobject *kobj, const char *name);
char *kobject_get_path(const struct kobject *kobj, gfp_t gfp_mask);
void kset_init(struct kset *kset);
int __must_check kset_register(struct kset *kset);
struct kobject *kset_find_obj(struct kset *kset, const char *name);
struct kset *__must_check kset_create_and_add(const char *name, const void *ops, struct kobject *parent);
void kset_unregister(struct kset *kset);

#define to_kset(object) ((object) ? container_of((object), struct kset, kobj) : NULL)
#define kset_get(kset) ((kset) ? to_kset(kobject_get(&(kset)->kobj)) : NULL)
#define kset_put(kset) kobject_put(&(kset)->kobj)
#define get_ktype(object) ((object)->ktype)

static inline const char *kobject_name(const struct kobject *kobj)
{
	return kobj->name;
}

#endif
