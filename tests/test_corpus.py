"""Every file of the corpus: what the framework itself says of each array is what we say."""

from __future__ import annotations

import collections
import json
import pathlib

import pytest

import lstm_shapes
from lstm_shapes.layer import UsageError

CORPUS = pathlib.Path(__file__).parent / "corpus"
INDEX = json.loads((CORPUS / "truth" / "index.json").read_text(encoding="utf-8"))


def word(cell: str) -> str:
    return cell.lower().replace("_", "")


def differences(found, truth) -> list[str]:
    """What is wrong with an explanation whose file tells the order of its arrays."""
    place = {weight.index: (layer, weight) for layer in found.layers for weight in layer.weights}
    wrong = []
    for one in truth["weights"]:
        wanted = one["recurrent"]
        if wanted is None:
            continue
        if one["index"] not in place:
            wrong.append(f"[{one['index']}] {one['path']} is missing")
            continue
        layer, weight = place[one["index"]]
        flat = {
            gate: list(ranges[0]) if len(ranges) == 1 else [*map(list, ranges)]
            for gate, ranges in weight.gates.items()
        }
        said = {
            "shape": (list(weight.shape), one["shape"]),
            "role": (weight.role, wanted["role"]),
            "cell": (word(layer.cell), word(wanted["cell"])),
            "units": (layer.units, wanted["units"]),
            "direction": (weight.direction, wanted["direction"] or weight.direction),
            "gates": (flat, wanted.get("gates") or flat),
        }
        if truth["knows"].get("layer_names") and wanted["layer"]:
            said["layer"] = (wanted["layer"] in layer.path, True)
        wrong += [
            f"[{one['index']}] {what}: {ours}, not {theirs}"
            for what, (ours, theirs) in said.items()
            if ours != theirs
        ]
    return wrong


def bag(found, truth) -> list[str]:
    """The same where the file does not tell the order: the labelled arrays, however they stand."""
    have = collections.Counter(
        (w.role, tuple(w.shape), w.direction or "", word(layer.cell))
        for layer in found.layers
        for w in layer.weights
    )
    wanted = collections.Counter(
        (x["role"], tuple(one["shape"]), x["direction"] or "", word(x["cell"]))
        for one in truth["weights"]
        if (x := one["recurrent"])
    )
    return [str(one) for one in (wanted - have).elements()]


@pytest.mark.parametrize("row", INDEX, ids=lambda row: row["file"])
def test_what_the_framework_says_is_what_we_say(row):
    truth = json.loads((CORPUS / "truth" / f"{row['file']}.json").read_text(encoding="utf-8"))
    try:
        found = lstm_shapes.explain(str(CORPUS / "files" / row["file"]))
    except UsageError:
        assert not row["core"]  # other formats may be refused, never mislabelled
        return
    wrong = differences(found, truth) if truth["knows"].get("order") else bag(found, truth)
    assert wrong == []
    if truth["format"].startswith("keras"):
        assert found.parameters == truth["parameters"]
    json.dumps(found.to_dict())


def test_the_seed_is_explained_whole():
    for name in (
        "tf_keras2/seed_autoencoder.hdf5",
        "keras2.2/seed_autoencoder.hdf5",
        "keras3/seed_autoencoder.keras",
    ):
        found = lstm_shapes.explain(str(CORPUS / "files" / name))
        assert [layer.path for layer in found.layers] == ["encoder_lstm", "decoder_lstm"]
        assert [weight.index for weight in found.weights] == list(range(12))
        assert [layer.output_shape for layer in found.layers] == [(None, 20), (None, 45, 100)]
        assert [layer.merge_mode for layer in found.layers] == ["sum", "sum"]
        assert found.source == name.partition("/")[2]
        assert found.parameters == 2 * 4 * 20 * (100 + 20 + 1) + 2 * 4 * 100 * (20 + 100 + 1)
        (joined,) = found.connections
        assert joined.to_dict() == {
            "from": "encoder_lstm", "to": "decoder_lstm", "through": ["repeater"], "kernel_index": 6,
        }  # fmt: skip
