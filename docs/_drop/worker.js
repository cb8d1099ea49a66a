/* Python and the package, in a thread of their own.  A dropped file stays where it is: Python sees it as a file of a
   read-only folder, and every read is a slice of it (Emscripten's WORKERFS), so a large one is not read whole. */
const base = new URL(".", self.location), FOLDER = "/dropped", INPUT_OUTPUT_ERROR = 29; // EIO, in Emscripten's numbers
let python; // a promise of { explain, FS }
let bytes = 0; // read of the file that is being explained

const GLUE = `
import json, os, sys
sys.path.insert(0, "/lstm_shapes.zip")
from lstm_shapes import UsageError, explain
from lstm_shapes.render import draw, draw_blocks
from lstm_shapes.render.outline import MORE, Para, outline

def answer(name):
    os.chdir("${FOLDER}")
    try:
        found = explain(name)
        blocks = [block for block in outline(found) if block != Para(MORE)]  # this is the site
        return json.dumps({"json": draw(found, "json"), "html": draw_blocks(blocks, "html", style=False)})
    except UsageError as error:
        return json.dumps({"error": str(error)})
    finally:
        os.chdir("/")

answer`;

/* What fetch brings is counted while it comes. */
function counting(add) {
  const ask = self.fetch;
  self.fetch = async (...what) => {
    const answer = await ask(...what);
    if (!answer.ok || !answer.body) return answer;
    const meter = new TransformStream({ transform(chunk, out) { add(chunk.length); out.enqueue(chunk); } });
    return new Response(answer.body.pipeThrough(meter), { headers: answer.headers });
  };
  return () => { self.fetch = ask; };
}

async function asked(path, how) {
  const answer = await fetch(new URL(path, base), how);
  if (!answer.ok) throw Error(`${path} did not come (${answer.status})`);
  return answer;
}

async function start() {
  const { pyodide, lock, sizes } = await (await asked("files.json", { cache: "no-cache" })).json();
  const total = Object.values(sizes).reduce((all, one) => all + one), indexURL = new URL(pyodide, base).href;
  let loaded = 0;
  const add = (count) => self.postMessage({ step: "load", loaded: loaded += count, total });
  const stop = counting(add);
  const scripts = { "pyodide.js": null, "pyodide.asm.js": null };
  for (const name in scripts) scripts[name] = import(indexURL + name).then((module) => (add(sizes[pyodide + name]), module));
  const zip = asked(Object.keys(sizes).find((name) => name.startsWith("lstm_shapes"))).then((one) => one.arrayBuffer());
  const { loadPyodide } = await scripts["pyodide.js"];
  const runtime = await loadPyodide({ indexURL, packageBaseUrl: indexURL, lockFileContents: lock,
    createPyodideModule: async (settings) => {
      const { default: create } = await scripts["pyodide.asm.js"];
      return create(settings);
    } });
  stop();
  const { FS } = runtime, { read } = FS.filesystems.WORKERFS.stream_ops;
  FS.filesystems.WORKERFS.stream_ops.read = (...how) => {
    try {
      const count = read(...how);
      bytes += count;
      return count;
    } catch (error) { // the file was moved or written to since it was dropped
      throw error instanceof DOMException ? new FS.ErrnoError(INPUT_OUTPUT_ERROR) : error;
    }
  };
  FS.writeFile("/lstm_shapes.zip", new Uint8Array(await zip));
  FS.mkdir(FOLDER);
  const explain = runtime.runPython(GLUE);
  self.postMessage({ step: "ready" });
  return { explain, FS };
}

async function explain(files, name) {
  const { explain, FS } = await (python ??= start());
  self.postMessage({ step: "read" });
  bytes = 0;
  FS.mount(FS.filesystems.WORKERFS, { files }, FOLDER);
  try {
    return { ...JSON.parse(explain(name)), bytes };
  } finally {
    FS.unmount(FOLDER);
  }
}

self.onmessage = async ({ data: { id, files, name } }) => {
  try {
    if (!files) return void await (python ??= start()); // a file is coming
    self.postMessage({ id, ...await explain(files, name) });
  } catch (error) { // not the file's fault: the page starts another worker for the next one
    self.postMessage({ id, broken: String(error.message ?? error).trim().split("\n").pop() });
  }
};
