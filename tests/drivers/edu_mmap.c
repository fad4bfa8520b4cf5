// SPDX-License-Identifier: GPL-2.0-only
/* edu's registers mapped into user space, in the two ways there are; and memory that edu could reach. */
#include <linux/cred.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

static struct pci_dev *the_device;
static void *memory;
static dma_addr_t memory_dma;

static int map_by_frames(struct file *file, struct vm_area_struct *vma)
{
	unsigned long length = vma->vm_end - vma->vm_start;
	unsigned long offset = vma->vm_pgoff << PAGE_SHIFT;

	if (offset + length > pci_resource_len(the_device, 0))
		return -EINVAL;
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	vma->vm_flags |= VM_IO | VM_DONTEXPAND | VM_DONTDUMP;
	if (io_remap_pfn_range(vma, vma->vm_start, (pci_resource_start(the_device, 0) + offset) >> PAGE_SHIFT, length,
			       vma->vm_page_prot))
		return -EAGAIN;
	return 0;
}

static int map_by_resource(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	return vm_iomap_memory(vma, pci_resource_start(the_device, 0), pci_resource_len(the_device, 0));
}

static int map_memory(struct file *file, struct vm_area_struct *vma)
{
	if (!uid_eq(current_uid(), GLOBAL_ROOT_UID))
		return -EPERM;
	return dma_mmap_coherent(&the_device->dev, vma, memory, memory_dma, 2 * PAGE_SIZE);
}

/* A number into the memory; or, after a `"`, text. */
static ssize_t write_memory(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char first, *text;
	int error;

	if (get_user(first, buf))
		return -EFAULT;
	if (first != '"') {
		error = kstrtou64_from_user(buf, count, 0, memory);
		return error ? error : count;
	}
	text = strndup_user(buf + 1, 16);
	if (IS_ERR(text))
		return PTR_ERR(text);
	strscpy(memory, text, PAGE_SIZE);
	kfree(text);
	return count;
}

static const struct file_operations memory_fops = {
	.owner = THIS_MODULE, .mmap = map_memory, .write = write_memory,
};
static struct miscdevice by_memory = { .minor = MISC_DYNAMIC_MINOR, .name = "edu_memory", .fops = &memory_fops };
static const struct file_operations frames_fops = { .owner = THIS_MODULE, .mmap = map_by_frames };
static const struct file_operations resource_fops = { .owner = THIS_MODULE, .mmap = map_by_resource };

static struct miscdevice frames = { .minor = MISC_DYNAMIC_MINOR, .name = "edu_frames", .fops = &frames_fops };
static struct miscdevice by_resource = { .minor = MISC_DYNAMIC_MINOR, .name = "edu_resource", .fops = &resource_fops };

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	the_device = pdev;
	memory = dmam_alloc_coherent(&pdev->dev, 2 * PAGE_SIZE, &memory_dma, GFP_KERNEL);
	if (!memory)
		return -ENOMEM;
	err = misc_register(&frames);
	if (err)
		return err;
	err = misc_register(&by_resource);
	if (err)
		goto no_resource;
	err = misc_register(&by_memory);
	if (err)
		goto no_memory;
	return 0;
no_memory:
	misc_deregister(&by_resource);
no_resource:
	misc_deregister(&frames);
	return err;
}

static void edu_remove(struct pci_dev *pdev)
{
	misc_deregister(&by_memory);
	misc_deregister(&by_resource);
	misc_deregister(&frames);
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver edu_driver = {
	.name = "edu_mmap", .id_table = ids, .probe = edu_probe, .remove = edu_remove,
};
module_pci_driver(edu_driver);
MODULE_LICENSE("GPL");
