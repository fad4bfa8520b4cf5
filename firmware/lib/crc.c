// SPDX-License-Identifier: GPL-2.0-only
/* Cyclic redundancy checks, bit by bit: drivers check headers, not streams. lib/crc32.c, crc16.c, crc8.c, crc-ccitt.c */
#include <linux/crc-ccitt.h>
#include <linux/crc-itu-t.h>
#include <linux/crc16.h>
#include <linux/crc32.h>
#include <linux/crc7.h>
#include <linux/crc8.h>

#define CRC32_LE 0xedb88320U
#define CRC32_BE 0x04c11db7U
#define CRC32C_LE 0x82f63b78U
#define CRC16_LE 0xa001U
#define CCITT_LE 0x8408U
#define CCITT_BE 0x1021U
#define CRC7_BE (0x09 << 1)

/* The lowest bit of a byte first. */
static u32 reflected(u32 crc, const u8 *data, size_t length, u32 polynomial)
{
	while (length--) {
		crc ^= *data++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
	}
	return crc;
}

/* The highest bit first; the remainder stands in the upper `width` bits of a word. */
static u32 straight(u32 crc, const u8 *data, size_t length, u32 polynomial, int width)
{
	crc <<= 32 - width;
	while (length--) {
		crc ^= (u32)*data++ << 24;
		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 ? polynomial << (32 - width) : 0);
	}
	return crc >> (32 - width);
}

u32 crc32_le(u32 crc, const unsigned char *data, size_t length)
{
	return reflected(crc, data, length, CRC32_LE);
}

u32 __crc32c_le(u32 crc, const unsigned char *data, size_t length)
{
	return reflected(crc, data, length, CRC32C_LE);
}

u32 crc32_be(u32 crc, const unsigned char *data, size_t length)
{
	return straight(crc, data, length, CRC32_BE, 32);
}

u16 crc16(u16 crc, const u8 *data, size_t length)
{
	return reflected(crc, data, length, CRC16_LE);
}

u16 crc_ccitt(u16 crc, const u8 *data, size_t length)
{
	return reflected(crc, data, length, CCITT_LE);
}

u16 crc_ccitt_false(u16 crc, const u8 *data, size_t length)
{
	return straight(crc, data, length, CCITT_BE, 16);
}

u16 crc_itu_t(u16 crc, const u8 *data, size_t length)
{
	return straight(crc, data, length, CCITT_BE, 16);
}

/* The seven bits stand in the upper part of the byte. */
u8 crc7_be(u8 crc, const u8 *data, size_t length)
{
	return straight(crc, data, length, CRC7_BE, 8);
}

void crc8_populate_lsb(u8 table[CRC8_TABLE_SIZE], u8 polynomial)
{
	for (int i = 0; i < CRC8_TABLE_SIZE; i++) {
		u8 byte = i;

		table[i] = reflected(0, &byte, 1, polynomial);
	}
}

void crc8_populate_msb(u8 table[CRC8_TABLE_SIZE], u8 polynomial)
{
	for (int i = 0; i < CRC8_TABLE_SIZE; i++) {
		u8 byte = i;

		table[i] = straight(0, &byte, 1, polynomial, 8);
	}
}

u8 crc8(const u8 table[CRC8_TABLE_SIZE], const u8 *data, size_t length, u8 crc)
{
	while (length--)
		crc = table[crc ^ *data++];
	return crc;
}
