# SPDX-License-Identifier: GPL-2.0-only
"""Which C compiler builds a user's driver, and with which flags.

`$CC` goes first, then clang, gcc and the ziglang package, as far as they are there. All get the same flags where they
know them: those that the guest's kernel is compiled with, and the warnings that Linux's own build has.
"""

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from emulator.errors import ConfigError
from firmware import BUILD_DIR, FIRMWARE_DIR

KERNEL_APIS = ("2.6.24", "5.15", "6.1", "6.6", "6.12")
DEFAULT_KERNEL_API = "6.1"

_COMMON = (
    "-std=gnu11 -O2 -g -gdwarf-4 -ffreestanding -nostdinc -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-pic "
    "-fno-pie -fno-stack-protector -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-optimize-sibling-calls "
    "-fno-strict-aliasing -fno-strict-overflow -fno-asynchronous-unwind-tables -fno-common "
    "-fno-delete-null-pointer-checks -D__KERNEL__ -DMODULE -DCONFIG_ZONE_DMA "
    "-Wall -Wno-pointer-sign -Wno-sign-compare -Wno-address-of-packed-member -Wno-format-security "
    "-Wno-unused-const-variable -Werror=implicit-function-declaration -Werror=implicit-int -Werror=return-type "
    "-Werror=incompatible-pointer-types -Wno-error=int-conversion"
)
# Among them: a call that two paths have in common must not become one, which would be told by neither's line.
_GCC = (
    "-fcf-protection=none -fno-inline-functions-called-once -fno-inline-small-functions -fno-partial-inlining "
    "-fno-ipa-cp -fno-ipa-sra -fno-ipa-icf -fno-crossjumping -fno-tree-tail-merge "
    "-Wno-unused-but-set-variable -Wno-maybe-uninitialized -Wno-stringop-truncation "
    "-Wno-stringop-overflow -Wno-array-bounds -Wno-format-truncation "
    "-Wno-format-overflow -Wno-main -Wno-restrict -Wno-dangling-pointer -Wno-packed-not-aligned "
    "-Wno-frame-address -Wno-alloc-size-larger-than"
)
_CLANG = (
    "-ferror-limit=0 -finline-hint-functions -fcf-protection=none "
    "-Wno-unknown-warning-option -Wno-unused-but-set-variable -Wno-gnu "
    "-Wno-initializer-overrides -Wno-pointer-to-enum-cast -Wno-tautological-constant-out-of-range-compare "
    "-Wno-unaligned-access -Wno-cast-function-type-strict -Wno-unused-command-line-argument "
    "-Wno-error=incompatible-pointer-types-discards-qualifiers "
    "-mllvm -trap-unreachable -mllvm -enable-tail-merge=false -mllvm -simplifycfg-sink-common=false"
)
_CLANG_TARGET = "-target x86_64-linux-gnu"
_ZIG_TARGET = "-target x86_64-freestanding-none -mcpu=x86_64-mmx-sse-sse2+soft_float -fno-sanitize=all"

# Inline checks of the shadow at Linux's offset: firmware/include/kernel/kasan.h. Source: scripts/Makefile.kasan
_KASAN_GCC = (
    "-fsanitize=kernel-address -fasan-shadow-offset=0xdffffc0000000000 -fsanitize-address-use-after-scope "
    "--param asan-globals=1 --param asan-stack=1 --param asan-instrument-allocas=1 "
    "--param asan-instrumentation-with-call-threshold=10000"
)
_KASAN_CLANG = (
    "-fsanitize=kernel-address -mllvm -asan-mapping-offset=0xdffffc0000000000 -mllvm -asan-use-after-scope=1 "
    "-mllvm -asan-globals=1 -mllvm -asan-stack=1 -mllvm -asan-instrument-dynamic-allocas=1 "
    "-mllvm -asan-instrumentation-with-call-threshold=10000"
)
# Freestanding targets have no sanitizers.
_KASAN_ZIG = f"-target x86_64-linux-none {_KASAN_CLANG}"


@dataclass(frozen=True, slots=True)
class Compiler:
    """A compiler: its command, what it is to be told besides the source, and the linker that goes with it."""

    name: str  # for messages
    command: tuple[str, ...]
    flags: tuple[str, ...]
    linker: tuple[str, ...]
    identity: str  # changes where the compiler does
    kasan: tuple[str, ...]  # flags that come last, for code that looks at the shadow of memory


def find_compiler() -> Compiler:
    """Choose the compiler.

    Raises: ConfigError where there is none, or `$CC` names none.
    """
    if os.environ.get("CC"):
        return _from_environment(os.environ["CC"])
    for name in ("clang", "gcc"):
        path = shutil.which(name)
        if path and _has_linker() and _is_native(name):
            return _installed(name, (path,))
    if find_spec("ziglang") is not None:
        return _zig()
    raise ConfigError(
        "C compiler: found none, expected $CC, clang, gcc or the package ziglang (pip install dmalab[cc])"
    )


def _from_environment(text: str) -> Compiler:
    try:
        words = tuple(shlex.split(text))
    except ValueError:
        words = ()
    path = shutil.which(words[0]) if words else None
    if path is None:
        raise ConfigError(f"$CC: found {text!r}, expected the command of a C compiler")
    name = Path(path).name
    if "zig" in " ".join(words):
        return _zig((path, *words[1:]))
    return _installed("clang" if "clang" in name else "gcc", (path, *words[1:]))


def _is_native(name: str) -> bool:
    """Say whether this compiler makes code for x86-64 ELF: clang does on any machine, gcc on its own."""
    return name == "clang" or (os.uname().machine == "x86_64" and sys.platform == "linux")


def _has_linker() -> bool:
    return bool(shutil.which("ld") if sys.platform == "linux" else None) or bool(shutil.which("ld.lld"))


def _linker() -> tuple[str, ...]:
    path = shutil.which("ld.lld") or (shutil.which("ld") if sys.platform == "linux" else None)
    if path:
        return (path,)
    if find_spec("ziglang") is not None:
        return (sys.executable, "-m", "ziglang", "ld.lld")
    raise ConfigError("linker: found none, expected ld, ld.lld or the package ziglang")


def _installed(kind: str, command: tuple[str, ...]) -> Compiler:
    own = _GCC.split() if kind == "gcc" else [*_CLANG_TARGET.split(), *_CLANG.split()]
    real = Path(command[0]).resolve()
    state = real.stat()
    identity = f"{real}:{state.st_size}:{state.st_mtime_ns}:{' '.join(command[1:])}"
    kasan = _KASAN_GCC if kind == "gcc" else _KASAN_CLANG
    flags = (*_COMMON.split(), *own)
    return Compiler(Path(command[0]).name, command, flags, _linker(), identity, tuple(kasan.split()))


def _zig(command: tuple[str, ...] | None = None) -> Compiler:
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("ziglang")
    except PackageNotFoundError:
        found = "unknown"
    start = (sys.executable, "-m", "ziglang")
    words = command or (*start, "cc")
    linker = (*start, "ld.lld") if find_spec("ziglang") is not None else (*words[:-1], "ld.lld")
    flags = (*_COMMON.split(), *_ZIG_TARGET.split(), *_CLANG.split())
    identity = f"ziglang {found} {' '.join(words)}"
    return Compiler("zig cc", words, flags, linker, identity, tuple(_KASAN_ZIG.split()))


def version_flags(kernel_api: str) -> list[str]:
    """Give the macro that says which kernel's API a driver is compiled against, and what that kernel's build let pass.

    Source: Makefile: KBUILD_CFLAGS (a callback of another signature is an error since 4.1)
    """
    major, minor, patch = (*map(int, kernel_api.split(".")), 0)[:3]
    macro = f"-DDMALAB_KERNEL_VERSION={(major << 16) + (minor << 8) + patch}"
    return [macro] if major > 2 else [macro, "-Wno-error=incompatible-pointer-types"]


def check_kernel_api(text: str) -> str:
    """Give a kernel API that is known.

    Raises: ConfigError where it is not.
    """
    if text not in KERNEL_APIS:
        raise ConfigError(f"--kernel-api: found {text!r}, expected one of {', '.join(KERNEL_APIS)}")
    return text


def include_flags() -> list[str]:
    """Give the folders of the headers, and how they are called in debug information."""
    return [
        f"-I{FIRMWARE_DIR / 'include'}",
        f"-I{FIRMWARE_DIR / 'include' / 'uapi'}",
        f"-I{BUILD_DIR / 'include'}",
        f"-include{FIRMWARE_DIR / 'include' / 'linux' / 'kconfig.h'}",
        f"-ffile-prefix-map={FIRMWARE_DIR}=firmware",
    ]
