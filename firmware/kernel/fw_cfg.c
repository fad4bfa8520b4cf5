// SPDX-License-Identifier: GPL-2.0-only
/* Reading the host's files. Compiled for the ROM and for the kernel. */
#include <asm/io.h>
#include <asm/page.h>
#include <board.h>
#include <kernel/fw_cfg.h>

#define FW_CFG_SIGNATURE 0x0000
#define FW_CFG_ID 0x0001
#define FW_CFG_FILE_DIR 0x0019
#define FW_CFG_ID_DMA 0x2
#define FW_CFG_NAME_LEN 56

#define FW_CFG_DMA_TURNS (1 << 20)
#define FW_CFG_DATA_PORT (FW_CFG_PORT + 1)
#define FW_CFG_DMA_PORT (FW_CFG_PORT + 4)

enum fw_cfg_dma_control {
	FW_CFG_DMA_ERROR = 0x01,
	FW_CFG_DMA_READ = 0x02,
	FW_CFG_DMA_SKIP = 0x04,
	FW_CFG_DMA_SELECT = 0x08,
};

/* All members are big-endian. */
struct fw_cfg_dma_access {
	u32 control;
	u32 length;
	u64 address;
};

struct fw_cfg_entry {
	u32 size;
	u16 select;
	u16 reserved;
	char name[FW_CFG_NAME_LEN];
};

static void fw_cfg_read_port(u16 select, void *to, u32 length)
{
	u8 *bytes = to;

	outw(select, FW_CFG_PORT);
	while (length--)
		*bytes++ = inb(FW_CFG_DATA_PORT);
}

static int fw_cfg_dma(u32 control, u64 phys, u32 length)
{
	volatile struct fw_cfg_dma_access access = {
		.control = __builtin_bswap32(control),
		.length = __builtin_bswap32(length),
		.address = __builtin_bswap64(phys),
	};
	u64 where = __pa(&access);

	outl(__builtin_bswap32(where >> 32), FW_CFG_DMA_PORT);
	outl(__builtin_bswap32((u32)where), FW_CFG_DMA_PORT + 4);
	/* A request that the host cannot even answer stays as it is. */
	for (int turns = 0; __builtin_bswap32(access.control) & ~FW_CFG_DMA_ERROR; turns++)
		if (turns == FW_CFG_DMA_TURNS)
			return -1;
	return access.control ? -1 : 0;
}

int fw_cfg_present(void)
{
	u32 signature, id;

	fw_cfg_read_port(FW_CFG_SIGNATURE, &signature, sizeof(signature));
	fw_cfg_read_port(FW_CFG_ID, &id, sizeof(id));
	return signature == 0x554d4551 && (id & FW_CFG_ID_DMA);	/* "QEMU" */
}

static int same_name(const char *a, const char *b)
{
	for (int i = 0; i < FW_CFG_NAME_LEN; i++) {
		if (a[i] != b[i])
			return 0;
		if (!a[i])
			return 1;
	}
	return 0;
}

int fw_cfg_find(const char *name, struct fw_cfg_file *file)
{
	struct fw_cfg_entry entry;
	u32 count;

	if (fw_cfg_dma((FW_CFG_FILE_DIR << 16) | FW_CFG_DMA_SELECT | FW_CFG_DMA_READ, __pa(&count), sizeof(count)))
		return -1;
	for (count = __builtin_bswap32(count); count; count--) {
		if (fw_cfg_dma(FW_CFG_DMA_READ, __pa(&entry), sizeof(entry)))
			return -1;
		if (same_name(entry.name, name)) {
			file->size = __builtin_bswap32(entry.size);
			file->select = __builtin_bswap16(entry.select);
			return 0;
		}
	}
	return -1;
}

int fw_cfg_read(const struct fw_cfg_file *file, u32 offset, void *to, u32 length)
{
	u32 select = ((u32)file->select << 16) | FW_CFG_DMA_SELECT;

	if (offset > file->size || length > file->size - offset)
		return -1;
	if (fw_cfg_dma(select | FW_CFG_DMA_SKIP, 0, offset))
		return -1;
	return length ? fw_cfg_dma(FW_CFG_DMA_READ, __pa(to), length) : 0;
}
