/* The page "Drop your checkpoint": it hands the file to the worker and shows what comes back.  Nothing is loaded before
   the first file. */
"use strict";
(() => {
const box = document.querySelector(".drop");
if (!box) return;
const slot = (name) => box.querySelector(`.drop-${name}`), input = box.querySelector("input");
const folder = new URL(box.dataset.files, location), offline = new URL(box.dataset.offline, location);
const bar = box.querySelector("progress"), which = box.querySelector("select"), copy = box.querySelector(".drop-copy");
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
const size = (bytes) => bytes < 1e6 ? `${grouped(bytes)} bytes` : `${(bytes / 1e6).toFixed(1)} MB`;

/* ---- the worker */
let worker = null, count = 0;
const waiting = new Map(); // id -> what to do with the answer
const settle = (id, answer) => { waiting.get(id)?.(answer); waiting.delete(id); };

function thread() {
  if (worker) return worker;
  worker = new Worker(new URL("worker.js", folder), { type: "module" });
  worker.onmessage = ({ data: { id, ...answer } }) =>
    answer.broken ? broke(answer.broken) : id === undefined ? step(answer) : settle(id, answer);
  worker.onerror = (event) => {
    event.preventDefault();
    broke(event.message || "its worker did not start");
  };
  return worker;
}
/* After this a new worker is started for the next file. */
function broke(why) {
  worker?.terminate();
  worker = null;
  for (const id of [...waiting.keys()]) settle(id, { broken: why });
}

/* What the command line says of these files' `name`: { json, html, bytes } or { error }. */
async function explain(files, name) {
  if (!worker) await prepare();
  const answer = await new Promise((resolve) => {
    waiting.set(++count, resolve);
    thread().postMessage({ id: count, files, name });
  });
  if (!answer.broken) return answer;
  return { error: `${name} could not be explained: Python in this page broke off (${answer.broken}). Run the command line instead.` };
}

/* Python begins to load when a file comes near. */
async function warm() {
  if (worker || waiting.size) return;
  await prepare();
  thread().postMessage({});
}

/* What there is to load: a newer site has a newer package. */
const contents = () => fetch(new URL("files.json", folder), { cache: "no-cache" });

async function prepare() {
  let found;
  try {
    found = await contents();
  } catch {
    throw Error("The site cannot be reached, and nothing was kept here yet: come back with a network, or run the command line.");
  }
  if (!found.ok) throw Error("This copy of the site was built without the tool (DROP_TOOL=0). Run the command line instead.");
  await guarded();
}

/* ---- working without a network */
async function guarded() {
  const { serviceWorker } = navigator; // there is none on a page that came by plain http from another machine
  if (!serviceWorker || serviceWorker.controller) return;
  const taken = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  try {
    await serviceWorker.register(offline, { scope: offline.href.replace("-offline.js", "") });
    await Promise.race([taken, new Promise((resolve) => setTimeout(resolve, 3000))]);
  } catch { /* a browser that keeps nothing, such as a private window: it works all the same */ }
}

async function keep() {
  const controller = navigator.serviceWorker?.controller;
  if (!controller) return false;
  const { pyodide, sizes } = await (await contents()).json();
  const tool = ["files.json", "worker.js", ...Object.keys(sizes)].map((name) => new URL(name, folder).href);
  const page = performance.getEntriesByType("resource").map((one) => one.name);
  const own = [location.href.replace(/[?#].*/, ""), ...page, ...tool].filter((one) => one.startsWith(location.origin));
  const { port1, port2 } = new MessageChannel();
  const done = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
  controller.postMessage([...new Set(own)], [port2]);
  return done;
}

/* ---- what is seen */
let reading = "", kept = null;

function say(text, part = "status") {
  if (slot(part).textContent !== text) slot(part).textContent = text; // or a screen reader would say it again
}
function step({ step: what, loaded, total }) {
  bar.hidden = what === "ready" && !slot("result").hasAttribute("aria-busy");
  const coming = what === "load" && loaded < total;
  if (coming) [bar.max, bar.value] = [total, loaded];
  else bar.removeAttribute("value");
  say(coming ? `${(loaded / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB` : "", "amount");
  say(bar.hidden ? "Python is ready." : coming ? "Loading Python, once …" : what === "load" ? "Starting Python …" : `Reading ${reading} …`);
}

let turn = 0;
async function show(files, file) {
  const mine = ++turn, begun = performance.now();
  reading = file.name;
  say(worker ? `Reading ${file.name} …` : "Loading Python, once …");
  bar.hidden = false;
  bar.removeAttribute("value");
  say("", "error");
  slot("result").hidden = true;
  slot("result").setAttribute("aria-busy", "true");
  const answer = await explain(files, file.name).catch((error) => ({ error: error.message }));
  if (mine !== turn) return; // another file was dropped meanwhile
  slot("result").removeAttribute("aria-busy");
  bar.hidden = true;
  say("", "amount");
  say(answer.error ?? "", "error");
  const all = files.reduce((sum, one) => sum + one.size, 0);
  say(answer.error ? "" : `${size(Math.min(answer.bytes, all))} of ${size(all)} were read, in `
    + `${((performance.now() - begun) / 1000).toFixed(1)} seconds.`);
  if (answer.error) return;
  slot("name").textContent = file.name;
  slot("html").replaceChildren(...new DOMParser().parseFromString(answer.html, "text/html").body.childNodes);
  slot("result").hidden = false;
  copy.textContent = "Copy JSON";
  copy.hidden = !navigator.clipboard; // a browser gives it to https and localhost alone
  copy.onclick = async () => {
    await navigator.clipboard.writeText(`${answer.json}\n`);
    copy.textContent = "Copied";
  };
  kept ??= keep().catch(() => false);
  if (await kept) say("This page now works without a network.", "kept");
}

/* A checkpoint of several files (shards beside their index) is dropped together; the index is read first. */
function take(files) {
  if (!files.length) return;
  const first = files.find((file) => /\.(json|index)$/.test(file.name)) ?? files[0];
  which.replaceChildren(...files.map((file) => new Option(file.name, file.name, false, file === first)));
  which.closest("p").hidden = files.length < 2;
  which.onchange = () => show(files, files[which.selectedIndex]);
  show(files, first);
}

function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
  const inside = entries.find((entry) => entry?.isDirectory);
  if (!inside) {
    input.files = transfer.files; // so that its name stands there
    return take([...transfer.files]);
  }
  slot("result").hidden = true;
  say("");
  say(`${inside.name} is a folder: a file was expected. Of a SavedModel drop variables/variables.index, or run the command line on the folder.`, "error");
}

if (!location.protocol.startsWith("http")) {
  say("This page was opened from a folder, where a browser lets no page start a worker. Run python -m http.server in that "
    + "folder and open http://localhost:8000, or use the command line.", "error");
  return;
}
slot("zone").hidden = false;
const early = () => warm().catch(() => {}); // what is wrong is said when the file is there
input.addEventListener("click", () => { input.value = ""; early(); }); // the same file again is a change too
input.addEventListener("change", () => take([...input.files]));
let over = 0;
const mark = (by) => { over = by && Math.max(0, over + by); box.classList.toggle("over", over > 0); };
const wanted = (event) => event.dataTransfer?.types.includes("Files");
for (const [name, act] of Object.entries({
  dragenter: () => { mark(1); early(); }, dragleave: () => mark(-1), dragover: () => {},
  drop: (event) => { mark(0); dropped(event.dataTransfer); },
})) addEventListener(name, (event) => { if (wanted(event)) { event.preventDefault(); act(event); } });
window.lstmDrop = { explain };
})();
