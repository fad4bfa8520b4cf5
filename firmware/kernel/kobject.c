// SPDX-License-Identifier: GPL-2.0-only
/* Objects under /sys: their names, parents and users. lib/kobject.c */
#include <kernel/track.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel.h"
#include "sched.h"
#include "sysfs.h"

LIST_HEAD(sysfs_kobjects);

static void release_dynamic(struct kobject *kobj)
{
	kfree(kobj);
}

static ssize_t kobj_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct kobj_attribute *kattr = container_of(attr, struct kobj_attribute, attr);

	return kattr->show ? kattr->show(kobj, kattr, buf) : -EIO;
}

static ssize_t kobj_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct kobj_attribute *kattr = container_of(attr, struct kobj_attribute, attr);

	return kattr->store ? kattr->store(kobj, kattr, buf, count) : -EIO;
}

const struct sysfs_ops kobj_sysfs_ops = { .show = kobj_attr_show, .store = kobj_attr_store };

static const struct kobj_type dynamic_ktype = { .release = release_dynamic, .sysfs_ops = &kobj_sysfs_ops };
static void release_kset(struct kobject *kobj)
{
	kfree(container_of(kobj, struct kset, kobj));
}

static const struct kobj_type kset_ktype = { .release = release_kset, .sysfs_ops = &kobj_sysfs_ops };
static const struct kobj_type static_ktype = { .sysfs_ops = &kobj_sysfs_ops };

struct kobject *kernel_kobj, *firmware_kobj;
struct kobject *sysfs_devices, *sysfs_virtual, *sysfs_class, *sysfs_bus, *sysfs_module, *sysfs_debug;

int kobject_set_name_vargs(struct kobject *kobj, const char *format, va_list args)
{
	char *name = kvasprintf(GFP_KERNEL, format, args);

	if (!name)
		return -ENOMEM;
	for (char *slash = name; (slash = strchr(slash, '/')); )
		*slash = '!';
	if (kobj->name_allocated)
		kfree(kobj->name);
	kobj->name = name;
	kobj->name_allocated = 1;
	return 0;
}

int kobject_set_name(struct kobject *kobj, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = kobject_set_name_vargs(kobj, format, args);
	va_end(args);
	return error;
}

void kobject_init(struct kobject *kobj, const struct kobj_type *ktype)
{
	kref_init(&kobj->kref);
	INIT_LIST_HEAD(&kobj->entry);
	kobj->state_in_sysfs = 0;
	kobj->state_initialized = 1;
	kobj->ktype = ktype;
}

static struct kobject *find_child(const struct kobject *parent, const char *name)
{
	struct kobject *at;

	list_for_each_entry(at, &sysfs_kobjects, entry)
		if (at->parent == parent && !strcmp(at->name, name))
			return at;
	return NULL;
}

/* Put a named object in its place. */
int kobject_attach(struct kobject *kobj, struct kobject *parent)
{
	int error = 0;

	if (!parent && kobj->kset)
		parent = &kobj->kset->kobj;
	kobj->parent = kobject_get(parent);
	if (!kobj->name || !kobj->name[0]) {
		WARN(1, "kobject: (%p): attempted to be registered with empty name!\n", kobj);
		error = -EINVAL;
	} else if (find_child(parent, kobj->name)) {
		sched_bug(SCHED_BUG_WARNING, "kobject_add_internal failed for %s with -EEXIST, don't try to register "
			  "things with the same name in the same directory.", kobj->name);
		error = -EEXIST;
	}
	if (error) {
		kobj->parent = NULL;
		kobject_put(parent);
		return error;
	}
	list_add_tail(&kobj->entry, &sysfs_kobjects);
	kobj->state_in_sysfs = 1;
	track("kobject", (unsigned long)kobj, kobj->name);
	if (kobj->ktype && kobj->ktype->default_groups)
		return sysfs_create_groups(kobj, kobj->ktype->default_groups);
	if (kobj->ktype && kobj->ktype->default_attrs)
		return sysfs_create_files(kobj, (const struct attribute *const *)kobj->ktype->default_attrs);
	return 0;
}

int kobject_add(struct kobject *kobj, struct kobject *parent, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = kobject_set_name_vargs(kobj, format, args);
	va_end(args);
	return error ? error : kobject_attach(kobj, parent);
}

int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype, struct kobject *parent,
			 const char *format, ...)
{
	va_list args;
	int error;

	kobject_init(kobj, ktype);
	va_start(args, format);
	error = kobject_set_name_vargs(kobj, format, args);
	va_end(args);
	return error ? error : kobject_attach(kobj, parent);
}

struct kobject *kobject_create_and_add(const char *name, struct kobject *parent)
{
	struct kobject *kobj = kzalloc(sizeof(*kobj), GFP_KERNEL);

	if (!kobj)
		return NULL;
	kobject_init(kobj, &dynamic_ktype);
	if (kobject_add(kobj, parent, "%s", name)) {
		kobject_put(kobj);
		return NULL;
	}
	return kobj;
}

void kobject_del(struct kobject *kobj)
{
	struct kobject *parent;

	if (!kobj || !kobj->state_in_sysfs)
		return;
	sysfs_remove_all(kobj);
	list_del_init(&kobj->entry);
	kobj->state_in_sysfs = 0;
	untrack("kobject", (unsigned long)kobj);
	parent = kobj->parent;
	kobj->parent = NULL;
	kobject_put(parent);
}

struct kobject *kobject_get(struct kobject *kobj)
{
	if (kobj)
		kref_get(&kobj->kref);
	return kobj;
}

static void kobject_release(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);
	const char *name = kobj->name_allocated ? kobj->name : NULL;

	kobject_del(kobj);
	if (kobj->ktype && kobj->ktype->release)
		kobj->ktype->release(kobj);
	kfree(name);
}

void kobject_put(struct kobject *kobj)
{
	if (!kobj)
		return;
	if (!kobj->state_initialized)
		WARN(1, "kobject: '%s' (%p): is not initialized, yet kobject_put() is being called.\n",
		     kobj->name ? kobj->name : "(null)", kobj);
	kref_put(&kobj->kref, kobject_release);
}

int kobject_uevent(struct kobject *kobj, enum kobject_action action)
{
	return 0;
}

int kobject_uevent_env(struct kobject *kobj, enum kobject_action action, char *envp[])
{
	return 0;
}

int add_uevent_var(struct kobj_uevent_env *env, const char *format, ...)
{
	int room = sizeof(env->buf) - env->buflen, length;
	va_list args;

	if (env->envp_idx >= (int)ARRAY_SIZE(env->envp))
		return -ENOMEM;
	va_start(args, format);
	length = vsnprintf(&env->buf[env->buflen], room, format, args);
	va_end(args);
	if (length >= room)
		return -ENOMEM;
	env->envp[env->envp_idx++] = &env->buf[env->buflen];
	env->buflen += length + 1;
	return 0;
}

int kobject_rename(struct kobject *kobj, const char *name)
{
	if (find_child(kobj->parent, name))
		return -EINVAL;
	return kobject_set_name(kobj, "%s", name);
}

void kset_init(struct kset *kset)
{
	INIT_LIST_HEAD(&kset->list);
	kobject_init(&kset->kobj, kset->kobj.ktype);
}

/* The name is its kobj's already. */
int kset_register(struct kset *kset)
{
	kset_init(kset);
	return kobject_attach(&kset->kobj, kset->kobj.parent);
}

struct kobject *kset_find_obj(struct kset *kset, const char *name)
{
	struct kobject *at;

	list_for_each_entry(at, &sysfs_kobjects, entry)
		if (at->kset == kset && !strcmp(at->name, name))
			return kobject_get(at);
	return NULL;
}

struct kset *kset_create_and_add(const char *name, const void *ops, struct kobject *parent)
{
	struct kset *kset = kzalloc(sizeof(*kset), GFP_KERNEL);

	if (!kset)
		return NULL;
	kset->kobj.ktype = &kset_ktype;
	kset->uevent_ops = ops;
	kset_init(kset);
	if (!kobject_add(&kset->kobj, parent, "%s", name))
		return kset;
	kobject_put(&kset->kobj);
	return NULL;
}

void kset_unregister(struct kset *kset)
{
	kobject_del(&kset->kobj);
	kobject_put(&kset->kobj);
}

/* The folders that are there before anything else. They are static, so that a boot allocates nothing for them. */
void sysfs_init(void)
{
	static struct kobject folders[8];
	static const struct {
		struct kobject **folder;
		struct kobject **parent;
		const char *name;
	} table[] = {
		{ &kernel_kobj, NULL, "kernel" },
		{ &firmware_kobj, NULL, "firmware" },
		{ &sysfs_devices, NULL, "devices" },
		{ &sysfs_virtual, &sysfs_devices, "virtual" },
		{ &sysfs_class, NULL, "class" },
		{ &sysfs_bus, NULL, "bus" },
		{ &sysfs_module, NULL, "module" },
		{ &sysfs_debug, &kernel_kobj, "debug" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		kobject_init(&folders[i], &static_ktype);
		folders[i].name = table[i].name;
		*table[i].folder = &folders[i];
		kobject_attach(&folders[i], table[i].parent ? *table[i].parent : NULL);
	}
}
