"""What a file is, told by its first and last bytes, never by its name."""

from __future__ import annotations

from lstm_shapes.sources.listing import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_shapes.sources.listing import Listing
    from lstm_shapes.sources.window import Window

EXPECTED = "a Keras, PyTorch, safetensors, ONNX, NumPy or TensorFlow checkpoint was expected"
PICKLE = "is a pickle, which runs code when it is loaded: it is not opened; save the arrays with numpy.savez"
TAIL = 22 + 65_535  # where the end of a zip may be
KNOWN = (  # beginning, what it is
    (b"\x1f\x8b", "is compressed with gzip: unpack it first (gunzip, or tar xzf)"),
    (b"BZh", "is compressed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "is compressed with xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstandard: unpack it first"),
    (b"7z\xbc\xaf", "is a 7z archive: unpack it first"),
    (b"Rar!", "is a RAR archive: unpack it first"),
    (b"\x89PNG", f"is a PNG picture: {EXPECTED}"),
    (b"\xff\xd8\xff", f"is a JPEG picture: {EXPECTED}"),
    (b"%PDF", f"is a PDF document: {EXPECTED}"),
    (b"GGUF", "is a GGUF file of llama.cpp: recurrent layers are not kept in such files"),
    (b"version https://git-lfs", "is a Git LFS pointer, not the file itself: run git lfs pull"),
)


def reader(window: Window) -> Callable[[Window, str], Listing]:
    """The function that reads such a file.

    Raises
    ------
    SourceError
        If it is none that is known: the message says what it is, where that can be told.
    """
    if not window.size:
        raise SourceError(f"is empty: {EXPECTED}")
    head, tail = window.upto(0, 512), window.upto(max(0, window.size - 512), 512)
    if found := _by_magic(window, head, tail):
        return found
    if not any(head.startswith(start) for start, _ in KNOWN) and b"PK\5\6" in window.upto(
        max(0, window.size - TAIL), TAIL
    ):
        return in_zip  # text before it, a comment or zeros after it
    raise SourceError(_what(head))


def _by_magic(window: Window, head: bytes, tail: bytes) -> Callable[[Window, str], Listing] | None:
    from lstm_shapes.sources import hdf5  # each module is loaded only where it is needed

    if hdf5.signature_at(window) is not None:
        from lstm_shapes.sources import keras_h5

        return keras_h5.read
    if any(head.startswith(start) for start, _ in KNOWN):
        return None
    if head.startswith(b"PK\3\4") or b"PK\5\6" in tail:
        return in_zip
    from lstm_shapes.sources import safetensors

    if safetensors.looks_so(head, window.size):  # its first byte, of a length, may be a pickle's
        return safetensors.read
    if head[0] == 0x80 and head[1] < 6:
        from lstm_shapes.sources import torch_files

        return torch_files.read_stream
    return _by_structure(head, tail)


def _by_structure(head: bytes, tail: bytes) -> Callable[[Window, str], Listing] | None:
    if head.startswith(b"\x93NUMPY"):
        from lstm_shapes.sources import npy

        return npy.read_npy
    from lstm_shapes.sources import tf_bundle

    if tail.endswith(tf_bundle.MAGIC):
        return tf_bundle.read
    from lstm_shapes.sources import onnx

    if onnx.looks_so(head):
        return onnx.read
    if head.lstrip()[:1] == b"{":
        from lstm_shapes.sources import sharded

        return sharded.read
    return None


def in_zip(window: Window, source: str) -> Listing:
    """A zip: Keras's, PyTorch's or NumPy's, by the entries in it."""
    from lstm_shapes.sources import zips

    zipped = zips.archive(window)
    if "config.json" in zipped.entries or "model.weights.h5" in zipped.entries:
        from lstm_shapes.sources import keras_zip

        return keras_zip.read(zipped, source)
    if any(name.endswith("/data.pkl") for name in zipped.entries):
        from lstm_shapes.sources import torch_files

        return torch_files.read_zip(zipped, source)
    if any(name.endswith(".npy") for name in zipped.entries):
        from lstm_shapes.sources import npy

        return npy.read_npz(zipped, source)
    raise SourceError(f"is a zip archive of no kind that is known here: {EXPECTED}; unpack it first")


def _what(head: bytes) -> str:
    for start, what in KNOWN:
        if head.startswith(start):
            return what
    if head[257:262] == b"ustar":
        return "is a tar archive: unpack it first; PyTorch's own tar files (before 2018) are not opened"
    begin = head.lstrip().lower()
    if begin.startswith((b"<!doctype", b"<html")):
        return "is a web page: the download failed; open the address in a browser to see what it says"
    if not head.strip(b"\0"):
        return f"begins with zeros: {EXPECTED}; copy or download it again"
    if head[:1] in b"(]}cI" and (b"\n" in head or b"." in head):
        return PICKLE
    if _is_text(head):
        return f"is a text: {EXPECTED}"
    return f"is of no kind that is known here: {EXPECTED}"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)
