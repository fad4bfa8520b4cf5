// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VLAN tag is put into frames, and their buffers are still allocated without room for it.
 * machine: kernel.debug_slab = true
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#define ADDRESSES 12
#define TAG 4
#define HEADER 14
#define PAYLOAD 50
#ifndef FIXED
#define ROOM (HEADER + PAYLOAD)
#else
#define ROOM (HEADER + TAG + PAYLOAD)
#endif

static u8 *frame_build(void)
{
	u8 *frame = kzalloc(ROOM, GFP_KERNEL); /* BUG: slab-redzone */

	if (frame) {
		memset(frame, 0xff, ADDRESSES);
		frame[ADDRESSES] = 0x08;
		memset(frame + HEADER, 0x11, PAYLOAD);
	}
	return frame;
}

static void frame_tag(u8 *frame, u16 vlan)
{
	memmove(frame + ADDRESSES + TAG, frame + ADDRESSES, HEADER - ADDRESSES + PAYLOAD);
	frame[ADDRESSES] = 0x81;
	frame[ADDRESSES + 1] = 0;
	frame[ADDRESSES + 2] = vlan >> 8;
	frame[ADDRESSES + 3] = vlan;
}

static int tag_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	u8 *frame;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	frame = frame_build();
	if (!frame)
		return -ENOMEM;
	frame_tag(frame, 42);
	dev_info(&pdev->dev, "frame: %*ph\n", 18, frame);
	kfree(frame);
	return 0;
}

static const struct pci_device_id tag_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver tag_driver = { .name = "room_for_the_tag", .id_table = tag_ids, .probe = tag_probe };
module_pci_driver(tag_driver);
MODULE_LICENSE("GPL");
