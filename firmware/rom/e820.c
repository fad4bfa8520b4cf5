// SPDX-License-Identifier: GPL-2.0-only
/* The RAM map: the host's etc/e820, less what every PC keeps for itself below 1 MiB where the host has not said so. */
#include <board.h>
#include <kernel/fw_cfg.h>

#include "rom.h"

static void add_entry(struct boot_params *params, u64 start, u64 end, u32 type)
{
	struct e820entry *entry = &params->e820_map[params->e820_entries];

	if (start >= end)
		return;
	if (params->e820_entries == E820MAX)
		rom_fail(EXIT_BAD_IMAGE, "more than 32 entries in the memory map");
	entry->addr = start;
	entry->size = end - start;
	entry->type = type;
	params->e820_entries++;
}

static void add_ram(struct boot_params *params, u64 start, u64 end)
{
	u64 low_end = end < EBDA_BASE ? end : EBDA_BASE;
	u64 high_start = start > LOW_HOLE_END ? start : LOW_HOLE_END;

	add_entry(params, start, low_end, E820_RAM);
	if (start <= EBDA_BASE && end >= LOW_HOLE_BASE) {
		add_entry(params, EBDA_BASE, LOW_HOLE_BASE, E820_RESERVED);
		add_entry(params, ROM_SHADOW_BASE, LOW_HOLE_END, E820_RESERVED);
	}
	add_entry(params, high_start, end, E820_RAM);
}

void read_memory_map(struct boot_params *params)
{
	struct e820entry found;
	struct fw_cfg_file file;

	if (fw_cfg_find("etc/e820", &file))
		rom_fail(EXIT_NO_FW_CFG, "no etc/e820: nothing says where RAM is");
	for (u32 at = 0; at + sizeof(found) <= file.size; at += sizeof(found)) {
		if (fw_cfg_read(&file, at, &found, sizeof(found)))
			rom_fail(EXIT_NO_FW_CFG, "etc/e820 cannot be read");
		if (found.addr + found.size < found.addr)
			rom_fail_at(EXIT_BAD_IMAGE, "an entry of the memory map wraps around", found.addr);
		if (found.type == E820_RAM)
			add_ram(params, found.addr, found.addr + found.size);
		else
			add_entry(params, found.addr, found.addr + found.size, found.type);
	}
}

int ram_contains(const struct boot_params *params, u64 start, u64 size)
{
	for (u32 i = 0; i < params->e820_entries; i++) {
		const struct e820entry *entry = &params->e820_map[i];

		if (entry->type == E820_RAM && start >= entry->addr && size <= entry->size &&
		    start - entry->addr <= entry->size - size)
			return 1;
	}
	return 0;
}
