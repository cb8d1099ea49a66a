"""PyTorch's files: zip archives of torch.save and TorchScript, and the older stream of pickles.

Source: torch/_utils.py (pytorch/pytorch at 000d210) for what tensors are rebuilt from; the archives as PyTorch 2.13
wrote those in tests/corpus.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from lstm_shapes.sources import pickles, zips
from lstm_shapes.sources.bounds import (
    MAX_ARRAYS,
    MAX_DEPTH,
    MAX_NAME,
    MAX_NOTES,
    MAX_PICKLE,
    checked_shape,
    whole,
)
from lstm_shapes.sources.listing import Listing, SourceError, Stored, shown
from lstm_shapes.sources.pickles import Global, Made

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from lstm_shapes.sources.pickles import Machine
    from lstm_shapes.sources.window import Window
    from lstm_shapes.sources.zips import Archive

MAGIC = 0x1950A86A20F9469CFC6C  # torch/serialization.py MAGIC_NUMBER, the first pickle of the older stream
STORAGES = {
    "FloatStorage": ("float32", 4), "DoubleStorage": ("float64", 8), "HalfStorage": ("float16", 2),
    "BFloat16Storage": ("bfloat16", 2), "LongStorage": ("int64", 8), "IntStorage": ("int32", 4),
    "ShortStorage": ("int16", 2), "CharStorage": ("int8", 1), "ByteStorage": ("uint8", 1), "BoolStorage": ("bool", 1),
    "ComplexFloatStorage": ("complex64", 8), "ComplexDoubleStorage": ("complex128", 16), "QInt8Storage": ("qint8", 1),
    "QUInt8Storage": ("quint8", 1), "QInt32Storage": ("qint32", 4), "UntypedStorage": (None, 1),
}  # fmt: skip
REBUILD = {"_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_qtensor"}
MAX_OPTIONS = 100  # of a module that are kept
WRAPPERS = {"_rebuild_parameter", "_rebuild_parameter_with_state"}
EMPTY = {("collections", "OrderedDict"), ("collections", "defaultdict"), ("collections", "Counter")}
SEQUENCES = {"set", "frozenset", "list", "tuple"}
HARMLESS = ("torch.", "collections.", "__torch__.")


@dataclass(frozen=True)
class Storage:
    """Where a tensor's numbers lie: which block, of how many numbers."""

    key: str
    dtype: str | None
    width: int
    numbers: int


@dataclass(frozen=True)
class Tensor:
    """A tensor as the pickle describes it."""

    shape: tuple[int, ...]
    dtype: str | None
    storage: Storage | None
    begin: int = 0  # which number of the storage is the first
    steps: tuple[int, ...] = ()  # how many numbers on is the next, along each axis


def read_zip(zipped: Archive, source: str) -> Listing:
    """An archive of torch.save (since 1.6) or TorchScript."""
    inside = [name for name in zipped.entries if name.endswith("/data.pkl")]
    if len(inside) > 1:
        raise SourceError("is a zip with two data.pkl: which one counts depends on the reader")
    top = inside[0].removesuffix("data.pkl")
    machine = unpickled(io.BytesIO(zips.content(zipped, inside[0], MAX_PICKLE)))
    script = any(name.startswith(top + "code/") for name in zipped.entries)
    found = _listing(machine, source, "torchscript" if script else "torch-zip")
    return found


def read_stream(window: Window, source: str) -> Listing:
    """The format before 1.6: pickles of a magic number, a version, the machine, the object; then the numbers."""
    for size in (1 << 16, 1 << 20, MAX_PICKLE):
        stream = io.BytesIO(window.upto(0, min(size, window.size)))
        try:
            if unpickled(stream).stack != [MAGIC]:
                break
            for _ in ("version", "machine"):
                unpickled(stream)
            return _listing(unpickled(stream), source, "torch-legacy")
        except SourceError:
            if size >= min(window.size, MAX_PICKLE):
                raise
    return _refuse(window)


def _refuse(window: Window) -> Listing:
    machine = unpickled(io.BytesIO(window.upto(0, min(window.size, MAX_PICKLE))))
    raise SourceError(
        f"is a pickle{_names(machine)}, which runs code when it is loaded: it is not opened; where you trust it, "
        "load it yourself and save the arrays with numpy.savez or safetensors"
    )


def _names(machine: Machine) -> str:
    foreign = [name for name in machine.called if not name.startswith(HARMLESS)]
    return f" that calls {', '.join(shown(name) for name in foreign[:3])}" if foreign else ""


def unpickled(stream: io.BytesIO) -> Machine:
    """One pickle's value, of plain data and tensors; nothing in it is called."""
    return pickles.read(stream, _call, _storage)


def _call(by: Global, args: Any) -> Any:
    """The value of the few calls that tensors are made of; None for every other."""
    args = args if isinstance(args, tuple) else ()
    if by.module == "torch._utils" and by.name in REBUILD:
        return _tensor(by.name, args)
    if by.module == "torch._utils" and by.name in WRAPPERS and args:
        return args[0]
    if by.module == "torch._tensor" and by.name == "_rebuild_from_type_v2" and len(args) > 2:
        return _call(args[0], args[2]) if isinstance(args[0], Global) and args[0] != by else None
    if (by.module, by.name) in EMPTY:
        return _pairs(args[-1]) if args else {}
    if by.module in ("builtins", "__builtin__") and by.name in SEQUENCES:
        return args[0] if args and isinstance(args[0], (list, tuple)) else []
    if by == Global("torch", "Size") and args and isinstance(args[0], tuple):
        return args[0]
    return None


def _pairs(found: Any) -> dict[Any, Any]:
    """`OrderedDict([(key, value), ...])`, as Python 2 wrote it."""
    if not isinstance(found, list):
        return {}
    both = (pair for pair in found if isinstance(pair, (list, tuple)) and len(pair) == 2)
    pairs = {pickles.key(name): value for name, value in both}
    found.clear()  # used up: a pickle may recall one long list a hundred thousand times
    return pairs


def _storage(identity: Any) -> Any:
    """A persistent id: `("storage", torch.FloatStorage, "0", "cpu", 8000)`."""
    if not isinstance(identity, tuple) or len(identity) < 5 or identity[0] != "storage":
        return Made("a persistent id", ())
    kind, key, numbers = identity[1], identity[2], identity[4]
    dtype, width = STORAGES.get(kind.name, (None, 0)) if isinstance(kind, Global) else (None, 0)
    if type(numbers) is not int or numbers < 0:
        raise SourceError("is a damaged PyTorch file: a storage without a size")
    return Storage(str(key)[:MAX_NAME] if isinstance(key, (str, int)) else "", dtype, width, numbers)


def _tensor(by: str, args: tuple[Any, ...]) -> Tensor:
    storage, offset, size, stride = (*args, None, None, None, None)[:4]
    if not isinstance(storage, Storage) or not isinstance(size, tuple) or not isinstance(stride, tuple):
        raise SourceError("is a damaged PyTorch file: a tensor without storage, size and stride")
    shape = checked_shape(size, "a tensor")
    steps = whole(stride, "a tensor's stride")
    (begin,) = whole((offset,), "a tensor's offset")
    last = begin + sum((count - 1) * step for count, step in zip(shape, steps, strict=False))
    if len(steps) != len(shape) or (
        0 not in shape and last >= storage.numbers and by != "_rebuild_tensor_v3"
    ):
        raise SourceError(
            f"has a tensor of shape {shape} that reaches number {last:,} of a storage of {storage.numbers:,}: damaged"
        )
    dtype = storage.dtype
    if by == "_rebuild_tensor_v3" and len(args) > 6 and isinstance(args[6], Global):
        dtype = args[6].name[:40]
    return Tensor(shape, dtype, storage, begin, steps)


@dataclass(frozen=True)
class Found:
    """What a walk through the value collects."""

    machine: Machine
    arrays: list[Stored]
    modules: dict[str, dict[str, Any]]
    notes: list[str]
    seen: set[int]
    tensors: dict[str, Tensor] = field(default_factory=dict)


def _listing(machine: Machine, source: str, format_: str) -> Listing:
    found = Found(machine, [], {}, [], set())
    walk(found, machine.stack[0], "", 0)
    if not found.arrays:
        raise SourceError(
            f"is a PyTorch file{_names(machine)}, without a tensor at a place that can be read safely: save "
            "model.state_dict() instead"
        )
    if foreign := _names(machine):
        found.notes.append(f"holds a pickle{foreign} when it is loaded: nothing of it was run here")
    config = {"modules": found.modules} if found.modules else None
    return Listing(source, format_, tuple(found.arrays), config, tuple(found.notes[:MAX_NOTES]))


def walk(found: Found, value: Any, path: str, depth: int) -> None:
    """Every tensor of dictionaries, lists and modules, each container once."""
    if isinstance(value, Tensor):
        if len(found.arrays) >= MAX_ARRAYS:
            raise SourceError(f"has more than {MAX_ARRAYS:,} tensors")
        found.arrays.append(Stored(path or "tensor", value.shape, value.dtype))
        found.tensors[path or "tensor"] = value
        return
    if not isinstance(value, (dict, list, tuple, Made)) or not _fresh(found, value):
        return
    if depth > MAX_DEPTH:
        raise SourceError(f"has values more than {MAX_DEPTH} deep: a state_dict has one or two levels")
    for name, item in _inside(found, value, path):
        if isinstance(item, (Tensor, dict, list, tuple, Made)):
            walk(found, item, _joined(path, name), depth + 1)


def _joined(path: str, name: Any) -> str:
    name = name if isinstance(name, str) else str(name) if _short(name) else "?"
    if len(path) + len(name) > MAX_NAME:
        raise SourceError(f"has a tensor with a name of over {MAX_NAME:,} characters")
    return f"{path}.{name}" if path else name


def _inside(found: Found, value: Any, path: str) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, (list, tuple)):
        return enumerate(value)
    if isinstance(value, Made):
        return _module(found, value, path)
    if isinstance(value.get("param_groups"), list) and isinstance(value.get("state"), dict):
        found.notes.append(f"{shown(path)} is an optimizer's state: left out")
        return ()
    _, state = found.machine.states.get(id(value), (None, None))
    metadata = state.get("_metadata") if isinstance(state, dict) else None
    for name in metadata if isinstance(metadata, dict) and _fresh(found, metadata) else ():
        if name != "" and len(found.modules) < MAX_ARRAYS:
            found.modules.setdefault(_joined(path, name), {})
    items: Iterable[tuple[Any, Any]] = value.items()
    return items


def _module(found: Found, value: Made, path: str) -> Iterable[tuple[Any, Any]]:
    """A module saved whole: its options are noted; its parameters, buffers and modules, as state_dict() orders them."""
    state = value.state[0] if isinstance(value.state, tuple) and value.state else value.state
    if not isinstance(state, dict) or not _fresh(found, state):
        return ()
    found.modules[path] = {
        "class": str(value.by)[:200] if isinstance(value.by, Global) else "",
        **_options(state),
    }
    if not isinstance(state.get("_parameters"), dict):
        return (item for item in state.items() if not str(item[0]).startswith("_flat_weights"))
    parts = [state.get(name) for name in ("_parameters", "_buffers", "_modules")]
    passing = state.get("_non_persistent_buffers_set")
    passing = (
        {name for name in passing if isinstance(name, str)}
        if isinstance(passing, list) and _fresh(found, passing)
        else ()
    )
    parts = [part for part in parts if isinstance(part, dict) and _fresh(found, part)]
    return (item for part in parts for item in part.items() if item[0] not in passing)


def _fresh(found: Found, value: Any) -> bool:
    """Whether a container is met for the first time: a pickle may recall one a hundred thousand times."""
    known = id(value) in found.seen
    found.seen.add(id(value))
    return not known


def _options(state: dict[Any, Any]) -> dict[str, Any]:
    """A module's own numbers and words: `hidden_size`, `bidirectional`, ..."""
    kinds = (str, int, float, bool)
    few = ((name, value) for name, value in state.items() if type(name) is str and type(value) in kinds)
    return dict([item for item in few if len(item[0]) <= 200 and _short(item[1])][:MAX_OPTIONS])


def _short(value: Any) -> bool:
    if isinstance(value, (str, bytes)):
        return len(value) <= 200
    return not isinstance(value, int) or abs(value) < 1 << 63
