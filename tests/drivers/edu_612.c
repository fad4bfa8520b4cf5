// SPDX-License-Identifier: GPL-2.0-only
/* edu by the spellings of 6.12: guards and what frees itself, a class by its name alone, regions mapped by one call. */
#include <linux/cdev.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/min_heap.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>

static dev_t number;
static struct class *class;
static struct cdev *cdev;
static struct pci_dev *device;
static void __iomem *regs;

static int edu_mmap(struct file *file, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_IO | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	return vm_iomap_memory(vma, pci_resource_start(device, 0), pci_resource_len(device, 0));
}

static DEFINE_MUTEX(lock);
static DEFINE_SPINLOCK(spin);

static bool less(const void *a, const void *b, void *args)
{
	return *(const u32 *)a < *(const u32 *)b;
}

static u32 *copy_of(u32 value)
{
	u32 *copy __free(kfree) = kmalloc(sizeof(*copy), GFP_KERNEL);

	if (!copy)
		return NULL;
	guard(mutex)(&lock);
	*copy = value;
	return_ptr(copy);
}

/* 0, or the number of what went wrong. */
static int try_guards(void)
{
	MIN_HEAP_PREALLOCATED(u32, small, 4) heap;
	const struct min_heap_callbacks callbacks = { .less = less };
	u32 *seven __free(kfree) = copy_of(7);
	int turns = 0;

	if (!seven || *seven != 7 || mutex_is_locked(&lock))
		return 1;
	scoped_guard(spinlock_irqsave, &spin) {
		if (!spin_is_locked(&spin) || !irqs_disabled())
			return 2;
		turns++;
	}
	scoped_cond_guard(mutex_try, return 3, &lock) {
		if (!mutex_is_locked(&lock))
			return 4;
		scoped_guard(mutex_try, &lock)
			turns += 10;
		turns++;
	}
	if (turns != 2 || mutex_is_locked(&lock) || spin_is_locked(&spin))
		return 5;
	min_heap_init(&heap, NULL, 4);
	for (u32 i = 0; i < 5; i++)
		if (!min_heap_full(&heap))
			min_heap_push(&heap, &(u32) { 9 - i }, &callbacks, NULL);
	min_heap_del(&heap, 0, &callbacks, NULL);
	return *min_heap_peek(&heap) == 7 && heap.nr == 3 ? 0 : 6;
}

static ssize_t edu_read(struct file *file, char __user *to, size_t count, loff_t *at)
{
	u32 id = ioread32(regs);

	return simple_read_from_buffer(to, count, at, &id, sizeof(id));
}

static const struct file_operations fops = { .owner = THIS_MODULE, .read = edu_read, .mmap = edu_mmap };

static int is_it(struct device *dev, void *wanted)
{
	return dev == wanted ? 612 : -EEXIST;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);
	struct device *dev;

	if (err)
		return err;
	if (try_guards())
		return dev_err_probe(&pdev->dev, -EINVAL, "guard %d\n", try_guards());
	regs = pcim_iomap_region(pdev, 0, "edu_612");
	if (IS_ERR(regs))
		return PTR_ERR(regs);
	device = pdev;
	dev = device_create(class, &pdev->dev, number, NULL, "edu_612");
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	if (device_for_each_child(&pdev->dev, dev, is_it) != 612 ||
	    class_for_each_device(class, NULL, dev, is_it) != 612) {
		device_destroy(class, number);
		return -ENODEV;
	}
	return 0;
}

static void edu_remove(struct pci_dev *pdev)
{
	device_destroy(class, number);
}

static char *edu_devnode(const struct device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0666;
	return kasprintf(GFP_KERNEL, "lab/%s", dev_name(dev));
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, ids);
static struct pci_driver driver = { .name = "edu_612", .id_table = ids, .probe = edu_probe, .remove = edu_remove };

static int __init edu_init(void)
{
	int err = alloc_chrdev_region(&number, 0, 1, "edu_612");

	if (err)
		return err;
	class = class_create("edu_612");
	if (IS_ERR(class)) {
		err = PTR_ERR(class);
		goto drop_number;
	}
	class->devnode = edu_devnode;
	cdev = cdev_alloc();
	if (!cdev) {
		err = -ENOMEM;
		goto drop_class;
	}
	cdev->ops = &fops;
	cdev->owner = THIS_MODULE;
	err = cdev_add(cdev, number, 1);
	if (!err)
		err = pci_register_driver(&driver);
	if (!err)
		return 0;
	cdev_del(cdev);
drop_class:
	class_destroy(class);
drop_number:
	unregister_chrdev_region(number, 1);
	return err;
}

static void __exit edu_exit(void)
{
	pci_unregister_driver(&driver);
	cdev_del(cdev);
	class_destroy(class);
	unregister_chrdev_region(number, 1);
}

module_init(edu_init);
module_exit(edu_exit);
MODULE_LICENSE("GPL");
