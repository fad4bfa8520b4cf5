# SPDX-License-Identifier: GPL-2.0-only
"""Devices and their registers, declared as data.

A device's class says which registers it has: offset, width, fields, who may write what. This module does the rest:
access widths, masks, write-1-to-clear, reset. A device sees its registers, and what its constructor is given of
`DmaPort`, `IrqLine` and `Clock`; nothing else.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar, overload

T = TypeVar("T", bound=int)
HookT = TypeVar("HookT", bound=Callable[..., Any])


class Register(Generic[T]):
    """One register of a device class. On an instance the attribute is the register's value, a plain int or `fields`.

    `width` is in bytes. A write changes the bits in `writable` (all, if not said), clears those in `write_1_to_clear`
    that are 1 in the value, and leaves the others. `widths` are the access widths it answers to: its own, if not
    said; a narrower write zero-extends. A write-only register reads as if it were not there, so that another one,
    read-only, can share its offset.
    """

    @overload
    def __init__(
        self: "Register[int]",
        offset: int,
        *,
        width: int = ...,
        widths: tuple[int, ...] = ...,
        reset: int = ...,
        writable: int | None = ...,
        write_1_to_clear: int = ...,
        read_only: bool = ...,
        write_only: bool = ...,
    ) -> None: ...

    @overload
    def __init__(
        self,
        offset: int,
        fields: type[T],
        *,
        width: int = ...,
        widths: tuple[int, ...] = ...,
        reset: int = ...,
        writable: int | None = ...,
        write_1_to_clear: int = ...,
        read_only: bool = ...,
        write_only: bool = ...,
    ) -> None: ...

    def __init__(
        self,
        offset: int,
        fields: type[Any] = int,
        *,
        width: int = 4,
        widths: tuple[int, ...] = (),
        reset: int = 0,
        writable: int | None = None,
        write_1_to_clear: int = 0,
        read_only: bool = False,
        write_only: bool = False,
    ) -> None:
        self.offset = offset
        self.fields = fields
        self.widths = widths or (width,)
        self.reset = reset
        self.mask = (1 << 8 * width) - 1
        self.clearable = int(write_1_to_clear)
        self.writable = (self.mask if writable is None else int(writable)) & ~self.clearable
        self.read_only = read_only
        self.write_only = write_only
        self.name = ""
        self.store_hook: Callable[[Any, int], Any] | None = None
        self.write_hook: Callable[[Any], None] | None = None
        self.read_hook: Callable[[Any], int] | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, device: None, owner: type) -> "Register[T]": ...

    @overload
    def __get__(self, device: "Device", owner: type) -> T: ...

    def __get__(self, device: "Device | None", owner: type) -> "Register[T] | T":
        # Reached on the class only: an instance holds the value under the same name in its own __dict__.
        return self

    def store(self, hook: Callable[[Any, int], int]) -> Callable[[Any, int], int]:
        """Decorate `hook(self, value) -> new value`, which replaces the access rules above."""
        self.store_hook = hook
        return hook

    def on_write(self, hook: HookT) -> HookT:
        """Decorate `hook(self)`, called after a write has been stored."""
        self.write_hook = hook
        return hook

    def on_read(self, hook: HookT) -> HookT:
        """Decorate `hook(self) -> value`, which answers reads instead of what is stored."""
        self.read_hook = hook
        return hook

    def write(self, device: "Device", value: int) -> None:
        """Write from the bus."""
        if self.store_hook is not None:
            new = self.store_hook(device, value & self.mask)
        else:
            old = int(device.__dict__[self.name])
            new = old & ~self.writable & ~(value & self.clearable) | value & self.writable
        device.__dict__[self.name] = self.fields(new & self.mask)
        if self.write_hook is not None:
            self.write_hook(device)

    def read(self, device: "Device") -> int:
        """Read from the bus."""
        value: int = device.__dict__[self.name] if self.read_hook is None else self.read_hook(device)
        return int(value) & self.mask


class Device:
    """A bus target made of registers.

    `widths` are the access widths that the part decodes at all, naturally aligned; others read 0 and are ignored. A
    part on an 8-bit bus has `widths` (1,) and `splits`: the bus makes several accesses of a wider one. Offsets
    without a register float high.
    """

    widths: ClassVar[tuple[int, ...]] = (4,)
    splits: ClassVar[bool] = False
    _readable: ClassVar[dict[int, Register[Any]]] = {}
    _writable: ClassVar[dict[int, Register[Any]]] = {}
    _registers: ClassVar[tuple[Register[Any], ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._registers = tuple(member for member in vars(cls).values() if isinstance(member, Register))
        cls._readable = {register.offset: register for register in cls._registers if not register.write_only}
        cls._writable = {register.offset: register for register in cls._registers if not register.read_only}

    def __init__(self) -> None:
        self.reset_registers()

    def reset_registers(self) -> None:
        """Give every register its reset value."""
        for register in self._registers:
            self.__dict__[register.name] = register.fields(register.reset)

    def read(self, offset: int, width: int) -> int:
        """Answer a read from the bus."""
        if width not in self.widths or offset % width:
            return self._read_bytes(offset, width) if self.splits else 0
        register = self._readable.get(offset)
        if register is None or width not in register.widths:
            return (1 << 8 * width) - 1
        return register.read(self) & (1 << 8 * width) - 1

    def write(self, offset: int, width: int, value: int) -> None:
        """Take a write from the bus."""
        if width not in self.widths or offset % width:
            if self.splits:
                self._write_bytes(offset, width, value)
            return
        register = self._writable.get(offset)
        if register is not None and width in register.widths:
            register.write(self, value)

    def _read_bytes(self, offset: int, width: int) -> int:
        return sum(self.read(offset + index, 1) << 8 * index for index in range(width))

    def _write_bytes(self, offset: int, width: int, value: int) -> None:
        for index in range(width):
            self.write(offset + index, 1, value >> 8 * index & 0xFF)
