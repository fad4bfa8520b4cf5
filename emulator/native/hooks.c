/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The callbacks that run too often for Python. They know the shared state that __init__.py lays out with ctypes, and
 * nothing else: no libc, no symbol of the engine; what they call comes in through the state.
 */
typedef unsigned long long u64;
typedef unsigned int u32;

#define RING_BLOCKS 1024
#define EFLAGS_IF 0x200u

struct hook_state {
	u64 blocks;		/* executed so far */
	u64 stop_at;		/* from this count on, execute none; 0: an interrupt is pending, look closer at each block */
	u64 deadline;		/* and then from this count on, execute none */
	u64 stopped;		/* the block hook stopped the engine */
	u64 mmio_phys;		/* what the load under way is answered: `mmio_length` bytes ... */
	u64 mmio_length;
	u64 mmio_value;		/* ... little-endian, 8 at most */
	int (*emu_stop)(void *engine);
	int (*reg_read)(void *engine, int regid, void *value);
	u64 eflags_regid;
	u64 uninterrupted_start;		/* code in [uninterrupted_start, uninterrupted_end) is not interrupted */
	u64 uninterrupted_end;
	u64 failed;		/* a callback has raised: the rest of the block has no effect */
	void (*port_write)(void *engine, u32 port, int size, u32 value);
	u64 gate_port;		/* 32-bit writes to this port go past the bus, to `gate`, shifted left */
	u64 gate_shift;
	void *gate;		/* a Python function of the result and `blocks`; when it returns True, ... */
	void *is_true;
	unsigned char *ram;	/* ... so many words at that physical address ... */
	u64 frame_words;
	u64 *frames;		/* ... are added here; the first word says how many there are already, ... */
	u64 frames_size;	/* ... and this, how many there can be */
	void *frames_full;	/* a Python function that makes room */
	int (*gil_ensure)(void);	/* from here on functions of the interpreter: PyGILState_Ensure, ... */
	void (*gil_release)(int state);
	void *(*int_from)(u64 value);
	void *(*vectorcall)(void *function, void *const *args, u64 count, void *names);
	void (*unref)(void *object);
	void (*unraisable)(void *where);
	u64 ring[RING_BLOCKS];	/* addresses of the last blocks: block n is at n % RING_BLOCKS */
};

static int interrupts_off(void *engine, const struct hook_state *state, u64 address)
{
	u32 eflags = 0;

	if (state->uninterrupted_start <= address && address < state->uninterrupted_end)
		return 1;
	state->reg_read(engine, (int)state->eflags_regid, &eflags);
	return !(eflags & EFLAGS_IF);
}

static inline void count_block(struct hook_state *state, u64 blocks, u64 address)
{
	state->ring[blocks % RING_BLOCKS] = address;
	state->blocks = blocks + 1;
}

/* Something is to happen. While it is an interrupt that is pending, go on only as long as the guest has them off. */
static __attribute__((noinline)) void look_closer(void *engine, u64 address, struct hook_state *state)
{
	u64 blocks = state->blocks;

	if (state->stop_at || blocks >= state->deadline || !interrupts_off(engine, state, address)) {
		state->stopped = 1;
		state->emu_stop(engine);
	} else {
		count_block(state, blocks, address);
	}
}

/* UC_HOOK_BLOCK. Each instruction here is one more for every block of the guest's: registers are saved by others. */
void hook_block(void *engine, u64 address, u32 size, void *data)
{
	struct hook_state *state = data;
	u64 blocks = state->blocks;

	(void)size;
	if (__builtin_expect(blocks >= state->stop_at, 0))
		look_closer(engine, address, state);
	else
		count_block(state, blocks, address);
}

/* Call the gate as the interpreter itself would: a callback made by ctypes takes longer than most calls of the kernel. */
static void enter_gate(struct hook_state *state, u64 value)
{
	int gil = state->gil_ensure();
	void *arguments[] = { state->int_from(value), state->int_from(state->blocks) };
	void *result = 0;

	if (arguments[0] && arguments[1])
		result = state->vectorcall(state->gate, arguments, 2, 0);

	if (result == state->is_true) {
		const u64 *frame = (const u64 *)(state->ram + value);

		for (u64 i = 0; i < state->frame_words; i++)
			state->frames[++state->frames[0]] = frame[i];
		if (state->frames[0] + state->frame_words > state->frames_size) {
			state->unref(result);
			result = state->vectorcall(state->frames_full, 0, 0, 0);
		}
	}
	if (result)
		state->unref(result);
	else
		state->unraisable(state->gate);	/* keeps its own errors: this was an interrupt from the keyboard */
	for (int i = 0; i < 2; i++)
		if (arguments[i])
			state->unref(arguments[i]);
	state->gil_release(gil);
}

/* UC_HOOK_INSN of OUT. */
void hook_out(void *engine, u32 port, int size, u32 value, void *data)
{
	struct hook_state *state = data;

	if (port != state->gate_port || size != 4)
		state->port_write(engine, port, size, value);
	else if (!state->failed)
		enter_gate(state, (u64)value << state->gate_shift);
}

/* A stretch of physical addresses with neither RAM nor ROM behind it. */
struct mmio_region {
	struct hook_state *state;
	u64 base;
};

/*
 * MMIO read. The protection hook, which sees each access whole, has asked the bus already; the engine then comes here
 * in parts of at most 4 bytes. Bytes that nobody asked for (those of page walks) read as ones.
 */
u64 hook_mmio_read(void *engine, u64 offset, u32 size, void *data)
{
	struct mmio_region *region = data;
	struct hook_state *state = region->state;
	u64 value = 0;

	(void)engine;
	for (u32 i = 0; i < size; i++) {
		u64 at = region->base + offset + i - state->mmio_phys;
		u64 byte = 0xff;

		if (at < state->mmio_length)
			byte = state->mmio_value >> at % 8 * 8 & 0xff;
		value |= byte << i * 8;
	}
	return value;
}

#define MEM_WRITE_PROT 22	/* UC_MEM_WRITE_PROT */
#define GUARD_STORES 1
#define GUARD_LOADS 2
#define MAX_GUARDS 8192
#define MAX_BANKS 4

struct guard {
	u64 start, end;		/* physical */
	u64 kinds;
};

struct guard_state {
	u64 count;
	unsigned char *ram;	/* physical address 0 */
	void (*called)(void *engine, u64 phys, u64 size, u64 is_store);
	u64 split_start;	/* an unaligned store comes whole, and then again in bytes: those of [start, end) */
	u64 split_end;
	u64 banks[2 * MAX_BANKS];
	struct guard guards[MAX_GUARDS];
};

static int in_ram(const struct guard_state *state, u64 phys, u64 size)
{
	for (u32 i = 0; i < 2 * MAX_BANKS; i += 2)
		if (state->banks[i] <= phys && phys + size <= state->banks[i + 1])
			return 1;
	return 0;
}

/*
 * Protection hook of RAM: only pages with guarded ranges lack permissions. The engine then drops a store that a hook has
 * taken, so it is done here. A load goes on to hook_guard_read.
 */
_Bool hook_guard(void *engine, int kind, u64 phys, int size, u64 value, void *data)
{
	struct guard_state *state = data;
	int is_store = kind == MEM_WRITE_PROT;
	u64 wanted = is_store ? GUARD_STORES : GUARD_LOADS, end = phys + (u64)size;

	if (!in_ram(state, phys, (u64)size))
		return 0;
	if (!(is_store && size == 1 && state->split_start <= phys && phys < state->split_end)) {
		state->split_start = state->split_end = 0;
		for (u64 i = 0; i < state->count; i++) {
			const struct guard *guard = &state->guards[i];

			if (guard->kinds & wanted && phys < guard->end && guard->start < end) {
				state->called(engine, phys, (u64)size, (u64)is_store);
				break;
			}
		}
	}
	if (is_store && phys % (u64)size) {
		state->split_start = phys;
		state->split_end = end;
	} else if (is_store) {
		for (int i = 0; i < size; i++)
			state->ram[phys + (u64)i] = value >> 8 * i & 0xff;
	}
	return 1;
}

/* What a load from a page with guarded loads gives; `data` is the page. */
u64 hook_guard_read(void *engine, u64 offset, u32 size, void *data)
{
	const unsigned char *page = data;
	u64 value = 0;

	(void)engine;
	for (u32 i = 0; i < size; i++)
		value |= (u64)page[offset + i] << 8 * i;
	return value;
}

#define MEM_WRITE 17	/* UC_MEM_WRITE */
#define GRANULE 8	/* bytes that a shadow byte stands for */

/* The guest's shadow of its memory: firmware/include/kernel/kasan.h. */
struct shadow_state {
	const signed char *shadow;	/* that of physical address 0 */
	u64 end;			/* the first physical address that has none; 0: nobody wants to know */
	void (*called)(void *engine, u64 phys, u64 size, u64 is_store);
};

/* Whether [phys, phys + size), in one granule, may not be touched. */
static int is_forbidden(const struct shadow_state *state, u64 phys, u64 size)
{
	signed char shadow = state->shadow[phys / GRANULE];

	return shadow && (signed char)(phys % GRANULE + size - 1) >= shadow;
}

/* UC_HOOK_MEM_READ, UC_HOOK_MEM_WRITE: all accesses of the CPU to memory that has a shadow. */
void hook_shadow(void *engine, int kind, u64 phys, int size, u64 value, void *data)
{
	const struct shadow_state *state = data;
	u64 end = phys + (u64)size, last = end - 1;

	(void)value;
	if (end > state->end)
		return;
	if (__builtin_expect(phys / GRANULE == last / GRANULE, 1)) {
		if (__builtin_expect(!is_forbidden(state, phys, (u64)size), 1))
			return;
	} else {
		u64 second = last / GRANULE * GRANULE;

		if (!is_forbidden(state, phys, second - phys) && !is_forbidden(state, second, end - second))
			return;
	}
	state->called(engine, phys, (u64)size, kind == MEM_WRITE);
}
