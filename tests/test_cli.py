"""The command line, run as a person runs it; and its errors, word for word."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys

import pytest

from lstm_shapes.cli import main

SEED = ["explain", "--input", "100", "--units", "20", "--bidirectional"]

# One line a mistake: what was typed, and the line that helps.
MISTAKES = [
    (
        "explain --input 100",
        "--units missing: give both, as in --input 100 --units 20, or --symbolic for formulas",
    ),
    ("explain --input 0 --units 20", "input_dim is 0: it counts something, so it must be at least 1"),
    ("explain --input 3 --units -20", "units is -20: it counts something, so it must be at least 1"),
    (
        "explain --input 3 --units 5000000",
        "units is 5,000,000: more than the 1,000,000 that can be meant; check the digits",
    ),
    (
        f"explain --input 3 --units {'9' * 5000}",
        "argument --units: a number of 5000 digits: a whole number was expected, such as 20",
    ),
    ("explain --input x --units 2", "argument --input: 'x' is no whole number, such as 20"),
    ("explain --input 2.5 --units 2", "argument --input: '2.5' is no whole number, such as 20"),
    ("explain --input 3 --units 5 --cell lsmt", "unknown cell 'lsmt': did you mean 'lstm'?"),
    (
        "explain --input 3 --units 5 --cell transformer",
        "unknown cell 'transformer': one of lstm, gru, simple_rnn was expected",
    ),
    ("explain --input 3 --units 5 --framework kears", "unknown framework 'kears': did you mean 'keras'?"),
    (
        "explain --input 3 --units 5 --merge-mode sum",
        "--merge-mode needs two directions: add --bidirectional, or leave --merge-mode out",
    ),
    (
        "explain --input 3 --units 5 --bidirectional --merge-mode som",
        "unknown merge_mode 'som': did you mean 'sum'?",
    ),
    (
        "explain --input 3 --units 5 --bidirectional --merge-mode none --layers 2",
        "merge_mode=None gives two outputs, and the next layer reads one: "
        "take 'concat', 'sum', 'mul' or 'ave' for a stack",
    ),
    (
        "explain --input 3 --units 5 --no-reset-after",
        "reset_after is an option of the GRU, not of 'lstm': leave it out, or take cell='gru'",
    ),
    ("explain --inptu 3 --units 5", "unknown option '--inptu': did you mean '--input'?"),
    (
        "explain --input 3 --units 5 --bidirectonal",
        "unknown option '--bidirectonal': did you mean '--bidirectional'?",
    ),
    ("explain --input 3 --units 5 --format jsno", "unknown --format 'jsno': did you mean 'json'?"),
    ("explian", "unknown command 'explian': did you mean 'explain'?"),
    ("check", "--input and --units are needed: a real layer has numbers, such as --input 100 --units 20"),
]


@pytest.mark.parametrize(("typed", "line"), MISTAKES, ids=lambda value: value[:60])
def test_a_mistake_gets_one_line_that_helps(typed, line, capsys):
    assert main(typed.split()) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"lstm_shapes: {line}\n")


def test_the_seed_in_json_is_schema_1(capsys):
    assert main([*SEED, "--merge-mode", "sum", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["source"], found["parameters"]) == (1, None, 19360)
    (layer,) = found["layers"]
    assert [weight["shape"] for weight in layer["weights"]] == [[100, 80], [20, 80], [80]] * 2
    assert layer["merge_mode"] == "sum"
    assert layer["output_shape"] == [None, 20]
    first = layer["weights"][0]
    assert first["formula"] == ["input_dim", "4*units"]
    assert first["axes"] == ["input", "gate*unit"]
    assert first["gates"] == {
        "input": [[0, 20]],
        "forget": [[20, 40]],
        "cell": [[40, 60]],
        "output": [[60, 80]],
    }
    assert (first["gate_axis"], first["dtype"], first["parameters"]) == (1, None, 8000)


def test_every_key_of_design_is_there(capsys):
    """The keys that other programs rely on; more may be added, none may go without a new schema number."""
    main([*SEED, "--layers", "2", "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert {"schema", "source", "parameters", "layers", "other_weights", "connections"} <= found.keys()
    layer = {
        "path", "cell", "framework", "input_dim", "units", "directions", "merge_mode", "use_bias", "output_shape",
        "parameters", "weights", "alternatives",
    }  # fmt: skip
    weight = {
        "index", "path", "direction", "role", "shape", "formula", "axes", "gate_axis", "gates", "dtype", "parameters",
    }  # fmt: skip
    assert layer <= found["layers"][0].keys()
    assert weight <= found["layers"][0]["weights"][0].keys()
    assert found["connections"] == [
        {"from": "bidirectional", "to": "bidirectional_1", "through": [], "kernel_index": 6}
    ]


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "html", "latex"])
def test_every_format_says_the_total(format_, capsys):
    assert main([*SEED, "--format", format_]) == 0
    assert "19360" in capsys.readouterr().out.replace(" ", "").replace("\\,", "")


def test_symbolic_gives_formulas(capsys):
    assert main(["explain", "--symbolic", "--cell", "gru"]) == 0
    out = capsys.readouterr().out
    assert "(input_dim, 3*units)" in out
    assert "3 · units · (input_dim + units + 2)" in out


def test_colour_is_for_terminals_only(capsys, monkeypatch):
    main(SEED)
    assert "\033" not in capsys.readouterr().out
    main([*SEED, "--color", "always"])
    assert "\033[48;5;" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    main(SEED)
    assert "\033" not in capsys.readouterr().out


def test_nothing_is_wider_than_a_terminal(capsys):
    main(SEED)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def run(*words: str, **more) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "lstm_shapes", *words], capture_output=True, text=True, check=False, **more
    )


def test_the_module_runs_as_a_program():
    done = run(*SEED)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "2 · 4 · 20 · (100 + 20 + 1) = 19 360" in done.stdout


def test_a_terminal_without_unicode_gets_no_traceback():
    done = run(*SEED, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")


def test_help_has_examples_that_run(capsys):
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    examples = [
        shlex.split(line)[3:]
        for line in capsys.readouterr().out.splitlines()
        if "python -m lstm_shapes" in line[:24]
    ]
    assert len(examples) >= 3
    for words in examples:
        assert main(words) == 0, words


def test_check_agrees_and_says_so(capsys):
    assert main(["check", "--cell", "lstm", "--input", "100", "--units", "20"]) == 0
    assert "agrees: 3 arrays, 9680 parameters" in capsys.readouterr().out


def test_check_without_keras_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    assert main(["check", "--input", "3", "--units", "2"]) == 2
    assert "pip install 'lstm-shapes[keras]'" in capsys.readouterr().err
