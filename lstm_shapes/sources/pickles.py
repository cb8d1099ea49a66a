"""A pickle read as a list of opcodes: plain values come out, everything that would be called stays a placeholder.

Nothing is imported and nothing is called.  Source: pickletools.py and pickle.py of Python 3.11.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from lstm_shapes.sources.bounds import MAX_OPCODES
from lstm_shapes.sources.listing import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


@dataclass(frozen=True)
class Global:
    """A name of a module, as it stands in the pickle."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Made:
    """What a call would have made: by whom, of what, and the state given to it afterwards."""

    __slots__ = ("args", "by", "state")

    def __init__(self, by: Any, args: Any) -> None:
        self.by, self.args, self.state = by, args, None


class Mark:
    """The place on the stack where a list or a tuple begins."""


@dataclass(frozen=True)
class Machine:
    """The stack and the memo; `states` keeps what BUILD gives to a dictionary: `{id: (dictionary, state)}`."""

    stack: list[Any]
    memo: dict[int, Any]
    states: dict[int, tuple[Any, Any]]
    called: dict[str, None]

    def pop(self) -> Any:
        """Take the last value."""
        if not self.stack or isinstance(self.stack[-1], Mark):
            raise SourceError("is a damaged pickle: its stack is empty")
        return self.stack.pop()

    def top(self) -> Any:
        """Look at the last value."""
        self.stack.append(value := self.pop())
        return value

    def recall(self, place: Any) -> Any:
        """What the memo keeps at a place."""
        if place not in self.memo:
            raise SourceError("is a damaged pickle: it recalls what it never stored")
        return self.memo[place]

    def pop_to_mark(self) -> list[Any]:
        """Take the values since the last mark."""
        for at in range(len(self.stack) - 1, -1, -1):
            if isinstance(self.stack[at], Mark):
                items = self.stack[at + 1 :]
                del self.stack[at:]
                return items
        raise SourceError("is a damaged pickle: a list has no beginning")


def read(stream: io.BytesIO, call: Callable[[Global, Any], Any], persistent: Callable[[Any], Any]) -> Machine:
    """One pickle, up to its STOP; its value is left on the stack.

    Parameters
    ----------
    stream : io.BytesIO
        Where the pickle begins.
    call : callable
        `call(global, args)` gives the value of a known harmless call, or None.
    persistent : callable
        The value of a persistent id.
    """
    import pickletools

    machine = Machine([], {}, {}, {})
    hooks = (call, persistent)
    try:
        for count, (opcode, arg, _) in enumerate(pickletools.genops(stream)):
            if count > MAX_OPCODES:
                raise SourceError(f"is a pickle of more than {MAX_OPCODES:,} steps")
            step(machine, opcode.name, arg, hooks)
    except SourceError:
        raise
    except (ValueError, OverflowError, MemoryError):  # in words that differ from one Python to another
        raise SourceError("is a damaged pickle: it breaks off, or has a step that no pickle has") from None
    if len(machine.stack) != 1:
        raise SourceError("is a damaged pickle: it does not end with one value")
    return machine


def step(machine: Machine, name: str, arg: Any, hooks: tuple[Any, Any]) -> None:
    """One opcode."""
    stack = machine.stack
    if name in SILENT:
        return
    if name in ARGUMENT:
        stack.append(arg)
    elif name in FRESH:
        stack.append(FRESH[name]())
    elif name in ACTIONS:
        ACTIONS[name](machine)
    elif name in ("BINPUT", "LONG_BINPUT", "MEMOIZE", "PUT"):
        machine.memo[len(machine.memo) if arg is None else arg] = machine.top()
    elif name in ("BINGET", "LONG_BINGET", "GET"):
        stack.append(machine.recall(arg))
    elif name == "GLOBAL":
        stack.append(Global(*str(arg)[:400].partition(" ")[::2]))
    elif name in ("REDUCE", "NEWOBJ"):
        args = machine.pop()
        stack.append(made(machine, machine.pop(), args, hooks[0]))
    elif name == "NEWOBJ_EX":
        args = (machine.pop(), machine.pop())
        stack.append(made(machine, machine.pop(), args, hooks[0]))
    elif name == "BINPERSID":
        stack.append(hooks[1](machine.pop()))
    elif name in ("INST", "OBJ"):
        args = machine.pop_to_mark()
        by = Global(*str(arg).partition(" ")[::2]) if name == "INST" else (args.pop(0) if args else None)
        stack.append(made(machine, by, tuple(args), hooks[0]))
    else:
        raise SourceError(f"is a pickle with the step {name}, which no checkpoint has")


def made(machine: Machine, by: Any, args: Any, call: Callable[[Global, Any], Any]) -> Any:
    """The value of a known call; a placeholder of any other, whose name is noted."""
    if isinstance(by, Global):
        found = call(by, args)
        if found is not None:
            return found
    if len(machine.called) < 100:
        machine.called[str(by)[:100] if isinstance(by, Global) else "an object"] = None
    return Made(by, args)


def key(value: Any) -> Any:
    """What may be a key here: a tuple's hash could take for ever."""
    return value if type(value) in (str, int, bool, float, bytes, type(None)) else f"<{type(value).__name__}>"


def _append(machine: Machine) -> None:
    _extend(machine, [machine.pop()])


def _appends(machine: Machine) -> None:
    _extend(machine, machine.pop_to_mark())


def _extend(machine: Machine, items: list[Any]) -> None:
    owner = machine.top()
    if isinstance(owner, list):
        owner.extend(items)


def _setitem(machine: Machine) -> None:
    value = machine.pop()
    _update(machine, [machine.pop(), value])


def _setitems(machine: Machine) -> None:
    _update(machine, machine.pop_to_mark())


def _update(machine: Machine, items: list[Any]) -> None:
    owner = machine.top()
    if isinstance(owner, dict):
        owner.update((key(name), value) for name, value in zip(items[::2], items[1::2], strict=False))


def _dict(machine: Machine) -> None:
    items = machine.pop_to_mark()
    machine.stack.append({})
    _update(machine, items)


def _build(machine: Machine) -> None:
    state, owner = machine.pop(), machine.top()
    if isinstance(owner, Made):
        owner.state = state
    elif isinstance(owner, dict):
        machine.states[id(owner)] = (owner, state)


def _tuple(count: int) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        items = [machine.pop() for _ in range(count)]
        machine.stack.append(tuple(reversed(items)))

    return act


def _stack_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.stack.append(
        Global(str(module)[:200], str(name)[:200]) if type(name) is type(module) is str else None
    )


def _pop(machine: Machine) -> None:
    if not machine.stack:
        raise SourceError("is a damaged pickle: its stack is empty")
    machine.stack.pop()


SILENT = {"PROTO", "FRAME", "STOP"}
ARGUMENT = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "STRING", "BINSTRING", "SHORT_BINSTRING",
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8",
    "FLOAT", "BINFLOAT",
}  # fmt: skip
FRESH: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False, "EMPTY_LIST": list, "EMPTY_DICT": dict,
    "EMPTY_TUPLE": tuple, "EMPTY_SET": list, "MARK": Mark,
}  # fmt: skip
ACTIONS: dict[str, Callable[[Machine], None]] = {
    "APPEND": _append,
    "APPENDS": _appends,
    "ADDITEMS": _appends,
    "SETITEM": _setitem,
    "SETITEMS": _setitems,
    "BUILD": _build,
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "TUPLE": lambda machine: machine.stack.append(tuple(machine.pop_to_mark())),
    "LIST": lambda machine: machine.stack.append(machine.pop_to_mark()),
    "FROZENSET": lambda machine: machine.stack.append(machine.pop_to_mark()),
    "DICT": _dict,
    "DUP": lambda machine: machine.stack.append(machine.top()),
    "POP": _pop,
    "POP_MARK": lambda machine: machine.pop_to_mark().clear(),
    "STACK_GLOBAL": _stack_global,
}
