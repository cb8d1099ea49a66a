"""Marks `explain FILE --format json` against the truth.

usage: score.py PYTHON ROOT [--core] [--only TEXT] [--all]     good files: ROOT/truth/index.json, ROOT/files/... or ROOT/...
       score.py PYTHON --hostile FOLDER [--only TEXT] [--all]  hostile files: FOLDER/manifest.json

Good files.  Where the file tells the order (knows.order), an array is looked up by its index in get_weights(); else the
labelled arrays are compared as a bag of (role, shape, direction, cell). Where the file tells the layers' names
(knows.layer_names), the layer's name must occur in the path given. An array labelled that belongs to no known recurrent
cell is a fault too. Formats outside the core may end in one clear error (exit 2).
Hostile files.  exit 0 with JSON, or exit 2 with at most three lines; as the manifest allows. Never: the canary, the
secret, an escaped file, a traceback, more than SECONDS, more than MEMORY.
"""
import collections
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

SECONDS, MEMORY = 5.0, 500 << 20
args = [a for a in sys.argv[1:] if not a.startswith("--") or a == "--hostile"]
show_all = "--all" in sys.argv
only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
if only:
    args.remove(only)
py = args[0]
scratch = pathlib.Path(tempfile.mkdtemp())


def explain(path):
    canary = scratch / "canary"
    env = dict(os.environ, CANARY=str(canary), PYTHONIOENCODING="utf-8")
    start = time.perf_counter()
    outfile, errfile = open(scratch / "out", "wb+"), open(scratch / "err", "wb+")
    p = subprocess.Popen([py, "-m", "lstm_shapes", "explain", str(path), "--format", "json"], stdin=subprocess.DEVNULL, stdout=outfile, stderr=errfile, env=env,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30)))
    peak, hung = 0, False
    while True:
        pid, status, usage = os.wait4(p.pid, os.WNOHANG)
        if pid:
            peak = usage.ru_maxrss * 1024
            break
        if time.perf_counter() - start > 4 * SECONDS:
            p.kill(); hung = True
            _, status, usage = os.wait4(p.pid, 0); peak = usage.ru_maxrss * 1024
            break
        time.sleep(0.005)
    p.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    text = []
    for f in (outfile, errfile):
        f.seek(0); text.append(f.read(50_000_000).decode("utf-8", "replace")); f.close()
    ran = canary.exists()
    if ran:
        canary.unlink()
    return dict(rc=p.returncode, out=text[0], err=text[1], seconds=seconds, peak=peak, hung=hung, ran=ran)


def basic_faults(r):
    if r["ran"]: return "EXECUTED THE PAYLOAD"
    if r["hung"]: return "hangs"
    if "Traceback (most recent call last)" in r["out"] + r["err"]: return "traceback: " + r["err"].strip().splitlines()[-1][:100]
    if r["rc"] not in (0, 2): return "exit %d %s" % (r["rc"], r["err"].strip()[-100:])
    if r["rc"] == 2 and not r["err"].strip(): return "exit 2 without a word"
    if r["rc"] == 2 and len(r["err"].strip().splitlines()) > 3: return "error of %d lines" % len(r["err"].strip().splitlines())
    if r["seconds"] > SECONDS: return "%.1f s" % r["seconds"]
    if r["peak"] > MEMORY: return "%d MiB" % (r["peak"] >> 20)
    return ""


def good(root):
    right = total = files_right = 0
    faults = []
    index = [r for r in json.loads((root / "truth/index.json").read_text(encoding="utf-8")) if only in r["file"] and (r["core"] or "--core" not in sys.argv)]
    per = collections.OrderedDict()
    for row in index:
        truth = json.loads((root / "truth" / (row["file"] + ".json")).read_text(encoding="utf-8"))
        path = root / "files" / row["file"] if (root / "files").is_dir() else root / row["file"]
        wanted = [w for w in truth["weights"] if w["recurrent"]]
        r = explain(path)
        why = basic_faults(r)
        n = 0
        if not why and r["rc"] == 2:
            if not row["core"] or not wanted:
                n = len(wanted); why = ""
            else:
                why = "refused: " + r["err"].strip()[:120]
        elif not why:
            try:
                n, why = compare(json.loads(r["out"]), truth, wanted)
            except Exception as e:
                why = "JSON: %r" % e
        total += len(wanted); right += n if not why else min(n, len(wanted)); files_right += not why
        key = row["file"].split("/")[0]
        a = per.setdefault(key, [0, 0, 0, 0]); a[0] += n; a[1] += len(wanted); a[2] += not why; a[3] += 1
        if why:
            faults.append("%s: %d of %d; %s" % (row["file"], n, len(wanted), why))
    for f in faults if show_all else faults[:25]:
        print(f)
    for k, (a, b, c, d) in per.items():
        print("  %-12s %4d of %4d arrays, %3d of %3d files" % (k, a, b, c, d))
    print("%d of %d arrays labelled right, %d of %d files without a fault" % (right, total, files_right, len(index)))
    return bool(faults)


def compare(got, truth, wanted):
    labelled = [(l, w) for l in got["layers"] for w in l["weights"]]
    names, order = truth["knows"].get("layer_names"), truth["knows"].get("order")
    why, n = "", 0
    if order:
        by_index = {w["index"]: (l, w) for l, w in labelled}
        for t in wanted:
            x = t["recurrent"]; l, w = by_index.get(t["index"], ({}, {}))
            bad = [k for k, ok in (("shape", w.get("shape") == t["shape"]), ("role", w.get("role") == x["role"]),
                                   ("direction", x["direction"] is None or w.get("direction") == x["direction"]),
                                   ("cell", str(l.get("cell")).lower().replace("_", "") == x["cell"].lower().replace("_", "")),
                                   ("units", l.get("units") in (None, x["units"])),
                                   ("gates", not w.get("gates") or not x.get("gates") or isinstance(next(iter(x["gates"].values()))[0], list) or {k: list(v) for k, v in w["gates"].items()} == x["gates"]),
                                   ("layer", not names or x["layer"] is None or x["layer"] in l.get("path", ""))) if not ok]
            n += not bad
            if bad and not why:
                why = "index %d (%s %s %s) wrong in %s: got %s %s %s %s" % (t["index"], x["layer"], x["role"], t["shape"], ",".join(bad), l.get("path"), w.get("role"), w.get("shape"), w.get("direction"))
    else:
        key = lambda role, shape, d, cell: (role, tuple(shape), d or "", cell.lower().replace("_", ""))
        have = collections.Counter(key(w["role"], w["shape"], w.get("direction"), str(l.get("cell"))) for l, w in labelled)
        want = collections.Counter(key(t["recurrent"]["role"], t["shape"], t["recurrent"]["direction"], t["recurrent"]["cell"]) for t in wanted)
        n = sum((have & want).values())
        if n < len(wanted):
            why = "missing %s" % list((want - have).elements())[:2]
    unknowable = [] if truth["knows"].get("options") else [t["index"] for t in truth["weights"] if t.get("custom_cell")]   # without a config, a stranger's cell can look like an LSTM
    extra = len(labelled) - len(wanted) - len(unknowable)
    again = sum(len(t.get("recurrent_again", ())) for t in truth["weights"])
    if not why and extra > again:
        true = {t["index"] for t in wanted}
        why = "%d arrays labelled that are none: %s" % (extra, [w.get("path") for _, w in labelled if w.get("index") not in true][:3])
    if not why and got.get("parameters") not in (None, truth["parameters"]) and truth["format"].startswith("keras"):
        why = "parameters %s, not %s" % (got.get("parameters"), truth["parameters"])
    return n, why


def hostile(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    faults, groups = [], collections.OrderedDict()
    rows = [r for r in manifest["files"] if only in r["file"]]
    escaped = [pathlib.Path(tempfile.gettempdir(), "escaped_by_lstm_shapes"), folder.parent.parent / "escaped_by_lstm_shapes", pathlib.Path("../../escaped_by_lstm_shapes")]
    for row in rows:
        r = explain(folder / row["file"])
        why = basic_faults(r)
        if manifest["secret"] in r["out"] + r["err"]: why = "SHOWS ANOTHER FILE'S CONTENT"
        for e in escaped:
            if e.exists(): why = "WROTE OUTSIDE " + str(e); e.unlink()
        if not why:
            outcome = "error" if r["rc"] == 2 else "labelled"
            if r["rc"] == 0:
                try: json.loads(r["out"])
                except ValueError: why = "exit 0 without JSON"
            if not why and row["expect"] not in (outcome, "either") and outcome not in row.get("allow", ()):
                why = "%s, but %s is expected (%s) %s" % (outcome, row["expect"], row["why"], r["err"].strip()[:100])
        g = groups.setdefault(row["attack"], [0, 0]); g[0] += not why; g[1] += 1
        if why:
            faults.append("%s: %s" % (row["file"], why))
    for f in faults if show_all else faults[:25]:
        print(f)
    print(", ".join("%s %d/%d" % (k, a, b) for k, (a, b) in groups.items() if a < b) or "every kind handled")
    print("%d of %d hostile files handled" % (len(rows) - len(faults), len(rows)))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(hostile(pathlib.Path(args[2])) if len(args) > 1 and args[1] == "--hostile" else good(pathlib.Path(args[1])))
