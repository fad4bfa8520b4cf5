# SPDX-License-Identifier: GPL-2.0-only
"""Views of kernel structures: a class names the members it uses, a layout says where they are, RAM holds the values.

    class Page(Struct):
        flags = U64()
        _count = I32()
        lru = Embedded(ListHead)

    page = layout.bind(Page)(ram, phys)
    page._count += 1

A view stores nothing but `ram` and `phys`: build it where it is needed, and throw it away.
"""

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from emulator.ram import Ram

if TYPE_CHECKING:
    from typing import Self

    from pykernel.layout.layout import Layout


class Struct:
    """Something in RAM at physical address `phys`. A class attribute `struct` names it where C has another name."""

    __slots__ = ("phys", "ram")
    struct = ""
    size = 0  # bytes; set when bound

    def __init__(self, ram: Ram, phys: int) -> None:
        self.ram = ram
        self.phys = phys

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Struct) and self.struct == other.struct and self.phys == other.phys

    def __hash__(self) -> int:
        return self.phys

    def __repr__(self) -> str:
        return f"<struct {self.struct} at {self.phys:#x}>"


_StructT = TypeVar("_StructT", bound=Struct)


class Field:
    """A member. `path` is its name in C where that is not the attribute's."""

    word = ""  # the type that the layout must show

    def __init__(self, path: str = "") -> None:
        self.path = path
        self.offset = 0

    def bound(self, layout: "Layout", struct: str, name: str) -> "Field":
        """Give a copy that knows its offset."""
        path = self.path or name
        try:
            offset, word = layout.member(struct, path)
        except KeyError:
            raise TypeError(f"struct {struct} has no member {path} in layout {layout.key}") from None
        if not self.accepts(word):
            raise TypeError(f"struct {struct}.{path}: found {word}, expected {self.word} in layout {layout.key}")
        field = type(self)(path)
        field.offset = offset
        return field

    def accepts(self, word: str) -> bool:
        """Say whether the layout's type is what this field reads."""
        return word == self.word


class _Scalar(Field):
    """An integer; `view` is the cast of RAM that holds it, `shift` the logarithm of its size."""

    view = ""
    shift = 0

    @overload
    def __get__(self, struct: None, owner: type) -> "Self": ...
    @overload
    def __get__(self, struct: Struct, owner: type) -> int: ...
    def __get__(self, struct: Struct | None, owner: type) -> "Self | int":
        if struct is None:
            return self
        words = getattr(struct.ram, self.view)
        return int(words[(struct.phys + self.offset) >> self.shift])

    def __set__(self, struct: Struct, value: int) -> None:
        getattr(struct.ram, self.view)[(struct.phys + self.offset) >> self.shift] = value


class U64(_Scalar):
    """An unsigned long."""

    word, view, shift = "u64", "u64", 3


class U32(_Scalar):
    """An unsigned int, or an enum."""

    word, view, shift = "u32", "u32", 2


class I32(_Scalar):
    """An int."""

    word, view, shift = "i32", "i32", 2


class Pointer(_Scalar):
    """A pointer: the kernel virtual address, an int, 0 for NULL."""

    word, view, shift = "ptr", "u64", 3


class Embedded(Field, Generic[_StructT]):
    """A structure inside the structure: reads as a view of the inner one."""

    def __init__(self, struct: type[_StructT], path: str = "") -> None:
        super().__init__(path)
        self.inner = struct
        self.word = f"struct {struct_name(struct)}"

    def bound(self, layout: "Layout", struct: str, name: str) -> "Field":
        """Give a copy that knows its offset and whose inner views are bound too."""
        path = self.path or name
        try:
            offset, word = layout.member(struct, path)
        except KeyError:
            raise TypeError(f"struct {struct} has no member {path} in layout {layout.key}") from None
        if word != self.word:
            raise TypeError(f"struct {struct}.{path}: found {word}, expected {self.word} in layout {layout.key}")
        field = Embedded(layout.bind(self.inner), path)
        field.offset = offset
        return field

    @overload
    def __get__(self, struct: None, owner: type) -> "Self": ...
    @overload
    def __get__(self, struct: Struct, owner: type) -> _StructT: ...
    def __get__(self, struct: Struct | None, owner: type) -> "Self | _StructT":
        return self if struct is None else self.inner(struct.ram, struct.phys + self.offset)


def struct_name(struct: type[Struct]) -> str:
    """Give the C name of a view's structure: what it says itself, else the class's name in lower case."""
    return struct.struct or struct.__name__.lower()


def bind(layout: "Layout", struct: type[_StructT]) -> type[_StructT]:
    """Give a subclass of `struct` whose members are at the layout's offsets. See Layout.bind."""
    name = struct_name(struct)
    try:
        size = layout.sizeof(name)
    except KeyError:
        raise TypeError(f"layout {layout.key} has no struct {name}") from None
    members: dict[str, Any] = {"__slots__": (), "struct": name, "size": size}
    for klass in reversed(struct.__mro__):
        for attribute, field in vars(klass).items():
            if isinstance(field, Field):
                members[attribute] = field.bound(layout, name, attribute)
    return cast("type[_StructT]", type(struct.__name__, (struct,), members))
