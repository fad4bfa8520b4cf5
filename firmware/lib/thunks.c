// SPDX-License-Identifier: GPL-2.0-only
/*
 * What objects call that were compiled with -mindirect-branch=thunk-extern or -mfunction-return=thunk-extern, as
 * kernels are against speculation. Here it is the jump or the return that it stands for. arch/x86/lib/retpoline.S
 */
#define THUNK(reg)							\
	".globl __x86_indirect_thunk_" #reg "\n"			\
	"__x86_indirect_thunk_" #reg ": jmp *%" #reg "\n"

__asm__(".text\n"
	".globl __x86_return_thunk\n"
	"__x86_return_thunk: ret\n"
	THUNK(rax) THUNK(rbx) THUNK(rcx) THUNK(rdx) THUNK(rsi) THUNK(rdi) THUNK(rbp) THUNK(r8) THUNK(r9) THUNK(r10)
	THUNK(r11) THUNK(r12) THUNK(r13) THUNK(r14) THUNK(r15));
