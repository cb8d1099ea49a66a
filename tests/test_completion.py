"""Completion in a real bash: what stands there after the tab key."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from lstm_shapes.cli import main

TAB = """
source {script}
COMP_WORDS=({words} "{last}"); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMPREPLY=()
_shtab_lstm_shapes lstm-shapes "{last}" "${{COMP_WORDS[COMP_CWORD-1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def after_tab(script, words, last):
    line = TAB.format(script=script, words=words, last=last)
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=script.parent)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture
def script(tmp_path, capsys):
    assert main(["completion", "bash"]) == 0
    path = tmp_path / "lstm-shapes.bash"
    path.write_text(capsys.readouterr().out)
    (tmp_path / "1.hdf5").touch()
    return path


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash on this machine")
@pytest.mark.parametrize(
    ("words", "last", "expected"),
    [
        ("lstm-shapes", "expl", ["explain"]),
        ("lstm-shapes explain", "--merge", ["--merge-mode"]),
        ("lstm-shapes explain --merge-mode", "s", ["sum"]),
        ("lstm-shapes explain --framework", "pyt", ["pytorch"]),
        ("lstm-shapes explain --cell", "simple", ["simple_rnn"]),
        ("lstm-shapes explain", "1.", ["1.hdf5"]),
        ("lstm-shapes completion", "z", ["zsh"]),
    ],
)
def test_the_tab_key_completes(script, words, last, expected):
    assert after_tab(script, words, last) == expected


@pytest.mark.parametrize(
    ("shell", "words"), [("zsh", "#compdef lstm-shapes"), ("fish", "complete -c lstm-shapes")]
)
def test_other_shells_have_theirs(capsys, shell, words):
    assert main(["completion", shell]) == 0
    assert words in capsys.readouterr().out


def test_without_shtab_it_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "shtab", None)
    assert main(["completion", "bash"]) == 2
    assert (
        capsys.readouterr().err
        == "lstm_shapes: completion needs shtab: pip install 'lstm-shapes[completion]'\n"
    )
