/* The calculator.  It knows no layer: the page holds what the package says of each (docs/_ext/calculator_data.py)
   with input_dim and units left open; here the reader's numbers are put in.  No library, no request. */
"use strict";
(() => {
const box = document.querySelector(".calculator");
if (!box) return;
const data = JSON.parse(box.querySelector("script").textContent);
const form = box.querySelector("form");
const slot = (name) => box.querySelector(`.calculator-${name}`);

/* ---- What a layer is */

/* `2*(input_dim + units)` with numbers put in.  BigInt: a large stack has more parameters than a double counts. */
const named = (text, sizes) => String(text).replace(/[a-z_]+/g, (word) => sizes[word]);
const sum = (text) => text.split("+").map((part) => part.split("*").reduce((all, one) => all * BigInt(one), 1n))
  .reduce((all, one) => all + one);
function value(text, sizes) {
  let left = named(text, sizes);
  while (left.includes("(")) left = left.replace(/\(([^()]*)\)/, (_, inner) => sum(inner));
  return sum(left);
}
/* The same all through a shape or a list of ranges; how long a sequence is may be unknown. */
const filled = (part, sizes) => Array.isArray(part) ? part.map((one) => filled(one, sizes))
  : part === null || (part === "timesteps" && !sizes.timesteps) ? null : Number(value(part, sizes));
/* A formula with numbers in it; a factor 1 is not written. */
const written = (formula, sizes) => named(formula, sizes).replace(/(?<!\d)1\*/g, "").replace(/\*1(?!\d)/g, "");

function wrong(field, message, words) {
  throw Object.assign(Error(message.replace(/{(\w+)}/g, (_, word) => words[word])), { field });
}

/* A whole number within its limits; what is wrong is said in the package's words. */
function whole(state, name) {
  const given = String(state[name] ?? "").trim(), { messages, largest } = data;
  if (!given && name === "timesteps") return null;
  if (!given) wrong(name, messages.missing, { name });
  if (!/^[-+]?\d+$/.test(given)) wrong(name, messages.whole, { name, given });
  const number = BigInt(given.replace("+", "")), comma = (one) => one.toLocaleString("en-US");
  if (number < 1n) wrong(name, messages.small, { name, given: number });
  if (number > largest[name]) wrong(name, messages.large, { name, given: comma(number), most: comma(largest[name]) });
  return Number(number);
}

const entry = (state) => data.frameworks[state.framework].cells[state.cell];
const variant = (state, two) => entry(state).variants[
  [two, ...Object.keys(entry(state).options).map((name) => state[name])].map(Number).join("")];
const oneWay = (layer) => layer.weights.filter((one) => [null, layer.directions[0]].includes(one.direction));
const count = (things) => things.reduce((all, one) => all + one.parameters, 0n);

/* What `lstm_shapes.explain(...).to_dict()` says. */
function compute(state) {
  const sizes = {}, layers = [], merge = state.bidirectional ? state.merge_mode : "";
  for (const name in data.largest) sizes[name] = whole(state, name);
  const { directions, weights, formula, outputs, path } = variant(state, state.bidirectional);
  const output = data.outputs[outputs][merge], symbols = data.formulas[formula];
  if (sizes.layers > 1 && output.next === null) wrong("merge_mode", data.messages.stack);
  for (let number = 0, index = 0; number < sizes.layers; number++) {
    const last = number === sizes.layers - 1, returns = [state.return_sequences || !last, state.return_state && last];
    const where = (place) => data.paths[place][number ? 1 : 0].replaceAll("{n}", number);
    const layer = {
      path: where(path), cell: entry(state).title, framework: state.framework, input_dim: sizes.input_dim,
      units: sizes.units, directions, merge_mode: merge === "none" ? null : merge || null, use_bias: state.use_bias,
      output_shape: filled(output.shapes[returns.map(Number).join("")], sizes),
      states: output.states.map((one) => ({ ...one, shape: filled(one.shape, sizes) })),
      weights: weights.map(([place, name, direction]) => {
        const [role, formula, axes, gate_axis, gates, parts] = data.weights[place], shape = filled(formula, sizes);
        const ranges = Object.entries(data.gates[gates]).map(([gate, all]) => [gate, filled(all, sizes)]);
        return { index: index++, path: where(name), direction, role, shape, formula, axes, gate_axis, parts,
          gates: Object.fromEntries(ranges), parameters: shape.reduce((all, one) => all * BigInt(one), 1n) };
      }) };
    const sums = oneWay(layer).map((one) => one.shape.filter((size) => size !== 1).join("*") || "1").join(" + ");
    layers.push({ ...layer, parameters: count(layer.weights), parameter_formula: symbols && {
      symbols, factored: written(symbols, sizes),
      expanded: directions.length > 1 && layer.weights[0].direction ? `${directions.length}*(${sums})` : sums } });
    if (!last) sizes.input_dim = Number(value(output.next, sizes));
  }
  const connections = layers.slice(1).map((layer, place) => (
    { from: layers[place].path, to: layer.path, through: [], kernel_index: layer.weights[0].index }));
  return { layers, connections, parameters: count(layers) };
}

/* A template of calculator_code.py: `{name}` is a value, `<<name: text>>` stands there if the value holds. */
const fill = (text, values) => text
  .replace(/<<(!?)(\w+):(.*?)>>/gs, (_, not, name, inner) => (!values[name] === !!not ? inner : ""))
  .replace(/{(\w+)}/g, (all, name) => values[name] ?? all);

/* The code that makes the layer, and the command that explains it. */
function code(state) {
  const made = data.frameworks[state.framework].code, known = entry(state), mode = state.merge_mode;
  const two = state.bidirectional, merged = two && mode !== "concat";
  const values = { use_bias: true, reset_after: true, ...state, two, mode, merged,
    title: made?.names?.[state.cell] ?? known.title, merge_mode: mode === "none" ? "None" : `"${mode}"`,
    stacked: state.layers > 1, celled: state.cell !== "lstm", framed: state.framework !== "keras", timed: state.timesteps };
  const command = fill(data.command, values);
  if (!made?.only.includes(state.cell)) return { command };
  if (merged && made.no_merge) return { command, program: made.no_merge };
  const call = (more) => fill(made.call, { ...values, ...more });
  return { command, program: fill(made.program, { ...values, timesteps: state.timesteps || "None",
    last: call({}), below: call({ return_sequences: true, return_state: false }) }) };
}

/* ---- How it is drawn */

function make(name, attributes, ...children) {
  const drawn = /^(svg|rect|g|text|title)$/.test(name) && "http://www.w3.org/2000/svg";
  const element = drawn ? document.createElementNS(drawn, name) : document.createElement(name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  element.append(...children);
  return element;
}
const literal = (text) => make("code", {}, text);
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
const tuple = (shape) => Array.isArray(shape[0]) ? `[${shape.map(tuple).join(", ")}]`
  : `(${shape.map((one) => one ?? "None").join(", ")}${shape.length === 1 ? "," : ""})`;
const dotted = (text) => text.replaceAll("*", " · ");
const range = (all) => (all.length > 4 ? [...all.slice(0, 3), ["…"]] : all).map((one) => one.join(":")).join(", ");
const tint = (what, gate, place) => `${what}:var(--gate-${gate},var(--gate-other-${place % 4}))`;

function table(layers) {
  const all = layers.flatMap((layer) => layer.weights), more = all.length - 48;
  const cells = all.slice(0, 48).map((one) => ({
    index: `[${one.index}]`, direction: one.direction ?? "", role: literal(one.role), shape: literal(tuple(one.shape)),
    formula: literal(tuple(one.formula.map(dotted))), parameters: grouped(one.parameters),
    gates: Object.entries(one.gates).map(([gate, ranges]) => `${gate} ${range(ranges)}`).join(" · "), name: literal(one.path) }));
  const kept = Object.keys(cells[0]).filter((name) => cells.some((row) => row[name] !== ""));
  const row = (tag, more, one) => make("tr", {}, ...kept.map((name) => make(tag,
    { ...more, class: /index|param/.test(name) ? "number" : "" }, one ? one[name] : name)));
  return [make("table", { class: "lstm-arrays" }, make("thead", {}, row("th", { scope: "col" })),
    make("tbody", {}, ...cells.map((one) => row("td", {}, one)))), more > 0 ? `… and ${grouped(more)} more, cut alike.` : ""];
}

/* The gates' blocks along an axis so many pixels long; interleaved gates may be drawn coarser than they are. */
function blocks(weight, length) {
  const whole = weight.shape[weight.gate_axis], scale = length / whole;
  return Object.entries(weight.gates).flatMap(([gate, ranges], place) => ranges.slice(0, 64).flatMap(([from, to, step]) => {
    if (!step) return [{ gate, place, at: from * scale, size: (to - from) * scale }];
    const stripes = Math.max(1, Math.min(whole / step, Math.floor(length / step / 3))), size = length / stripes / step;
    return Array.from({ length: stripes }, (_, one) => ({ gate, place, at: (one * step + from) * size, size }));
  }));
}

/* One array to scale: rows down, columns across; further axes are sheets below each other. */
function picture(weight, scale) {
  const { shape, gate_axis: axis, role } = weight, [high, wide] = [1, ...shape].slice(-2);
  const sheets = Math.min(8, shape.slice(0, -2).reduce((all, one) => all * one, 1));
  const [width, height] = [wide, high].map((one) => Math.max(6, one * scale));
  const total = sheets * (height + 8) - 8, across = axis === shape.length - 1, down = axis === shape.length - 2;
  const drawn = make("svg", { role: "img", class: "matrix", width: width + 2, height: total + 2,
    viewBox: `-1 -1 ${width + 2} ${total + 2}` }, make("title", {}, `${role}, ${shape.join(" by ")}`));
  for (let sheet = 0, top = 0; sheet < sheets; sheet++, top += height + 8) {
    drawn.append(make("rect", { y: top, width, height, class: "sheet" }));
    const cut = across || down ? blocks(weight, across ? width : height)
      : blocks(weight, sheets).filter((one) => one.at <= sheet && sheet < one.at + one.size);
    for (const { gate, place, at, size } of cut) {
      const [x, y, w, h] = across ? [at, top, size, height] : down ? [0, top + at, width, size] : [0, top, width, height];
      drawn.append(make("rect", { x, y, width: w, height: h, style: tint("fill", gate, place) }));
      if (w > 6.2 * gate.length && h > 14) drawn.append(make("text", { x: x + w / 2, y: y + h / 2 + 4 }, gate));
    }
  }
  const slice = (gate) => `[${[...Array(axis).fill(":"), range(weight.gates[gate])].join(", ")}]`;
  const thick = Math.min(wide, high) * scale < 6 ? ", drawn thicker" : "";
  return make("figure", {}, make("figcaption", {}, literal(role), ` ${tuple(shape)}`,
    make("small", {}, dotted(weight.axes.join(" × ")) + thick)), drawn,
  make("ul", {}, ...Object.keys(weight.gates).map((gate, place) => make("li", {},
    make("span", { style: tint("background", gate, place) }), `${gate} `, literal(slice(gate))))));
}

/* One direction's arrays (the other is cut alike), and how their numbers are counted. */
function about(layer, place, layers) {
  const arrays = oneWay(layer).slice(0, 16), scale = 220 / Math.max(...arrays.flatMap((one) => one.shape));
  const total = grouped(layer.parameters), sums = layer.parameter_formula;
  const lines = sums ? [sums.symbols, `${sums.factored} = ${total}`, `${sums.expanded} = ${total}`] : [total];
  const title = `${layer.path}${place && layers.length > 2 ? " and above" : ""}: ${layer.input_dim} inputs`;
  return [layers.length > 1 ? make("h4", {}, title) : "",
    make("div", { class: "calculator-figures" }, ...arrays.map((one) => picture(one, scale))),
    make("p", { class: "lstm-formula" }, make("strong", {}, "Parameters"),
      ...lines.flatMap((line) => [make("br"), literal(dotted(line))]))];
}

/* All of it, and the sentence that says it. */
function draw({ layers, parameters }, state) {
  const last = layers.at(-1), made = code(state), own = entry(state);
  const does = Object.keys(data.multiplies).filter((role) => last.weights.some((one) => one.role === role));
  slot("table").replaceChildren(...table(layers));
  slot("about").replaceChildren(...layers.slice(0, 2).flatMap(about));
  slot("words").replaceChildren("Output shape: ", literal(tuple(last.output_shape)), ". Carried from step to step: ",
    [...new Set(last.states.map((one) => one.name))].join(" and "), ", shape ", literal(tuple(last.states[0].shape)), ". ",
    ...does.flatMap((role) => [literal(role), ` ${data.multiplies[role]}. `]), own.note);
  slot("program").textContent = made.program ?? "";
  slot("program").closest("div").hidden = !made.program;
  slot("command").textContent = made.command;
  slot("output").classList.remove("stale");
  return `${layers.length > 1 ? `${layers.length} × ` : ""}${state.bidirectional ? "bidirectional " : ""}${own.title} of ${
    data.frameworks[state.framework].name}, ${grouped(layers[0].input_dim)} inputs, ${grouped(last.units)} units: ${
    grouped(count(layers.map((one) => ({ parameters: BigInt(one.weights.length) }))))} arrays, ${grouped(parameters)} parameters.`;
}

/* ---- The form and the address */

/* field -> [its word in the address, what is not written there] */
const FIELDS = { framework: ["framework", "keras"], cell: ["cell", "lstm"], input_dim: ["input", "100"], units: ["units", "20"],
  bidirectional: ["bidirectional", false], merge_mode: ["merge", "concat"], layers: ["layers", "1"], timesteps: ["timesteps", ""],
  use_bias: ["bias", true], reset_after: ["reset_after", true], return_sequences: ["sequences", false], return_state: ["state", false] };
const field = (name) => form.elements[name];
const refuse = (name, words) => { document.getElementById(`calc-${name}-error`).textContent = words; };
const read = () => Object.fromEntries(Object.keys(FIELDS).map((name) => [name,
  field(name).type === "checkbox" ? field(name).checked : field(name).value]));

/* The framework's cells; the one of the same kind stays chosen. */
function cells(wanted) {
  const known = Object.entries(data.frameworks[field("framework").value].cells);
  const kind = data.kinds[wanted], found = known.find(([key]) => key === wanted) ?? known.find(([, one]) => one.cell === kind) ?? known[0];
  field("cell").replaceChildren(...known.map(([key, one]) => new Option(one.label, key, false, key === found[0])));
}

let told;
function show() {
  const { options } = entry(read()), box2 = field("bidirectional"), ways = [false, true].filter((two) => variant(read(), two));
  box2.disabled = ways.length < 2;
  if (box2.disabled) box2.checked = ways[0];
  field("merge_mode").disabled = !box2.checked;
  for (const name of ["use_bias", "reset_after"]) {  // what makes no difference here is switched off
    field(name).disabled = !(name in options);
    field(name).checked ||= !(name in options);
  }
  for (const element of form.elements) {
    if (element.removeAttribute && element.name) { element.removeAttribute("aria-invalid"); refuse(element.name, ""); }
  }
  let words = "Below: the last layer that could be.";
  try {
    words = draw(compute(read()), read());
  } catch (error) {
    if (!error.field) throw error;
    field(error.field).setAttribute("aria-invalid", "true");
    refuse(error.field, error.message);
    slot("output").classList.add("stale");
  }
  slot("summary").textContent = words;
  clearTimeout(told);  // read aloud when the typing pauses
  told = setTimeout(() => { slot("said").textContent = words; }, 600);
}

/* The form from the address; a word that is not known is told, not followed. */
function write(address) {
  const words = new URLSearchParams(address), unknown = [];
  for (const [name, [word, usual]] of Object.entries(FIELDS)) {
    const given = words.get(word) ?? usual, element = field(name);
    if (name === "cell") cells(given);
    if (element.type === "checkbox") element.checked = words.has(word) ? !/^(0|false|no)$/i.test(given) : usual;
    else if (!element.options || [...element.options].some((one) => one.value === given)) element.value = given;
    else unknown.push(`${word}=${given} is not known: ${[...element.options].map((one) => one.value).join(", ")} are.`);
  }
  show();
  refuse("address", unknown.join(" "));
}

function changed({ target }) {
  if (target.name === "framework") cells(field("cell").value);
  show();
  refuse("address", "");
  const state = read(), words = new URLSearchParams(location.search);
  for (const [name, [word, usual]] of Object.entries(FIELDS)) {
    words.set(word, typeof usual === "boolean" ? +state[name] : state[name]);
    if (field(name).disabled || (state[name] === usual && !/cell|input|units/.test(name))) words.delete(word);
  }
  try { history.replaceState(history.state, "", `?${words}${location.hash}`); } catch { /* a page opened from a folder */ }
  for (const link of box.querySelectorAll("a.calculator-link")) link.search = words;
}

form.addEventListener("input", changed);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("popstate", () => write(location.search));
box.addEventListener("click", ({ target }) => {
  if (target.matches(".calculator-copy")) navigator.clipboard?.writeText(target.nextElementSibling.textContent).then(() => { slot("said").textContent = "Copied"; });
});
form.firstElementChild.disabled = false;
const here = new URLSearchParams(location.search);
write(Object.values(FIELDS).some(([word]) => here.has(word)) ? here : box.dataset.start);
window.lstmCalculator = { compute, code, data };
})();
