// SPDX-License-Identifier: GPL-2.0-only
/* Loading the kernel: an ELF executable whose segments say where in physical memory they go. */
#include <board.h>
#include <kernel/fw_cfg.h>

#include "rom.h"

#define PHDRS_MAX 16
#define ELF_MAGIC 0x464c457f
#define ELF_CLASS64_LSB 0x0102		/* little-endian bytes 4 and 5 */
#define ET_EXEC 2
#define EM_X86_64 62
#define PT_LOAD 1

struct elf_header {
	u32 magic;
	u16 class_data;
	u8 ident[10];
	u16 type;
	u16 machine;
	u32 version;
	u64 entry;
	u64 phoff;
	u64 shoff;
	u32 flags;
	u16 ehsize;
	u16 phentsize;
	u16 phnum;
	u16 shentsize;
	u16 shnum;
	u16 shstrndx;
};

struct elf_segment {
	u32 type;
	u32 flags;
	u64 offset;
	u64 vaddr;
	u64 paddr;
	u64 filesz;
	u64 memsz;
	u64 align;
};

static struct elf_header header;
static struct elf_segment segments[PHDRS_MAX];

static void bad_image(const char *text)
{
	rom_fail(EXIT_BAD_IMAGE, text);
}

static void read_headers(const struct fw_cfg_file *file)
{
	if (fw_cfg_read(file, 0, &header, sizeof(header)))
		bad_image("kernel: shorter than an ELF header");
	if (header.magic != ELF_MAGIC)
		bad_image("kernel: no ELF file");
	if (header.class_data != ELF_CLASS64_LSB || header.machine != EM_X86_64)
		bad_image("kernel: an ELF file, but not for x86-64");
	if (header.type != ET_EXEC)
		bad_image("kernel: an ELF file, but no executable at a fixed address");
	if (header.phentsize != sizeof(struct elf_segment) || !header.phnum || header.phnum > PHDRS_MAX)
		bad_image("kernel: no usable program headers");
	if (header.phoff > file->size ||
	    fw_cfg_read(file, header.phoff, segments, header.phnum * sizeof(struct elf_segment)))
		bad_image("kernel: truncated in its program headers");
}

static void load_segment(const struct fw_cfg_file *file, const struct boot_params *params,
			 const struct elf_segment *segment)
{
	if (segment->filesz > segment->memsz || segment->offset > file->size ||
	    segment->filesz > file->size - segment->offset)
		bad_image("kernel: truncated in a segment");
	if (segment->vaddr - segment->paddr != KERNEL_MAP_BASE)
		rom_fail_at(EXIT_BAD_IMAGE, "kernel: a segment that is not linked where it would be mapped", segment->vaddr);
	if (segment->paddr < KERNEL_PHYS || segment->memsz > KERNEL_PHYS_END - KERNEL_PHYS ||
	    segment->paddr > KERNEL_PHYS_END - segment->memsz)
		rom_fail_at(EXIT_BAD_IMAGE, "kernel: a segment outside the kernel's place", segment->paddr);
	if (!ram_contains(params, segment->paddr, segment->memsz))
		rom_fail_at(EXIT_BAD_IMAGE, "kernel: a segment where there is no RAM", segment->paddr);
	if (fw_cfg_read(file, segment->offset, (void *)segment->paddr, segment->filesz))
		bad_image("kernel: cannot be read");
	/* Through the direct map, which is NX: where stores to executable pages are slow, this one is not. */
	__builtin_memset((void *)(PAGE_OFFSET + segment->paddr + segment->filesz), 0, segment->memsz - segment->filesz);
}

u64 load_kernel(struct boot_params *params)
{
	struct fw_cfg_file file;
	int entered = 0;

	if (fw_cfg_find("opt/dmalab/kernel", &file))
		rom_fail(EXIT_NO_KERNEL, "no kernel: the host offers no opt/dmalab/kernel");
	read_headers(&file);
	params->kernel_start = KERNEL_PHYS_END;
	for (int i = 0; i < header.phnum; i++) {
		const struct elf_segment *segment = &segments[i];

		if (segment->type != PT_LOAD || !segment->memsz)
			continue;
		load_segment(&file, params, segment);
		if (segment->paddr < params->kernel_start)
			params->kernel_start = segment->paddr;
		if (segment->paddr + segment->memsz > params->kernel_end)
			params->kernel_end = segment->paddr + segment->memsz;
		if (header.entry >= segment->vaddr && header.entry - segment->vaddr < segment->filesz)
			entered = 1;
	}
	if (!entered)
		rom_fail_at(EXIT_BAD_IMAGE, "kernel: an entry point in no segment", header.entry);
	return header.entry;
}
