/* Numbers for the formulas: docs/_ext/calculator_data.py */
"use strict";
(() => {
const box = document.querySelector(".calculator");
if (!box) return;
const data = JSON.parse(box.querySelector("script").textContent), form = box.querySelector("form");
const { entries, keys, fromEntries } = Object;
const slot = (name) => box.querySelector(`.calculator-${name}`);

/* `2*(input_dim + units)` in numbers; a double is too small. */
const named = (text, sizes) => String(text).replace(/[a-z_]+/g, (word) => sizes[word]);
const sum = (text) => text.split("+").map((part) => part.split("*").reduce((all, one) => all * BigInt(one), 1n))
  .reduce((all, one) => all + one);
function value(text, sizes) {
  let left = named(text, sizes);
  while (left.includes("(")) left = left.replace(/\(([^()]*)\)/, (_, inner) => sum(inner));
  return sum(left);
}
const filled = (part, sizes) => Array.isArray(part) ? part.map((one) => filled(one, sizes))
  : part === null || sizes[part] === null ? null : Number(value(part, sizes));
/* `{name}` is a value, `<<name: text>>` stands there if the value holds. */
const fill = (text, values) => text
  .replace(/<<(!?)(\w+):(.*?)>>/gs, (_, not, name, inner) => (!values[name] === !!not ? inner : ""))
  .replace(/{(\w+)}/g, (all, name) => values[name] ?? all);
const wrong = (name, message, words) => { throw Object.assign(Error(fill(message, { name, ...words })), { field: name }); };

/* A whole number, or what is wrong with it. */
function whole(state, name) {
  const given = state[name].trim(), { messages, largest } = data;
  if (!given && name === "timesteps") return null;
  if (!given) wrong(name, messages.missing);
  if (!/^[-+]?\d+$/.test(given)) wrong(name, messages.whole, { given });
  const number = BigInt(given.replace("+", "")), comma = (one) => one.toLocaleString("en-US");
  if (number < 1n) wrong(name, messages.small, { given: number });
  if (number > largest[name]) wrong(name, messages.large, { given: comma(number), most: comma(largest[name]) });
  return Number(number);
}

const entry = (state) => data.frameworks[state.framework].cells[state.cell];
const variant = (state, two) => entry(state).variants[
  [two, ...keys(entry(state).options).map((name) => state[name])].map(Number).join("")];
const oneWay = (layer) => layer.weights.filter((one) => [null, layer.directions[0]].includes(one.direction));
const count = (things) => things.reduce((all, one) => all + one.parameters, 0n);
const product = (shape) => shape.reduce((all, one) => all * BigInt(one), 1n);

/* The layers of `explain(...).to_dict()`. */
function compute(state) {
  const sizes = {}, layers = [], merge = state.bidirectional ? state.merge_mode : "";
  for (const name in data.largest) sizes[name] = whole(state, name);
  const { directions, weights, formula, outputs, path } = variant(state, state.bidirectional);
  const output = data.outputs[outputs][merge], [symbols, factored] = data.formulas[formula];
  if (sizes.layers > 1 && output.next === null) wrong("merge_mode", data.messages.stack);
  for (let number = 0, index = 0; number < sizes.layers; number++) {
    const last = number === sizes.layers - 1, returns = [state.return_sequences || !last, state.return_state && last];
    const where = (place) => data.paths[place][number ? 1 : 0].replaceAll("{n}", number);
    const layer = { path: where(path), cell: entry(state).title, directions, input_dim: sizes.input_dim, units: sizes.units,
      output_shape: filled(output.shapes[returns.map(Number).join("")], sizes),
      states: output.states.map((one) => ({ ...one, shape: filled(one.shape, sizes) })),
      weights: weights.map(([place, name, direction]) => {
        const [role, formula, axes, gate_axis, gates] = data.weights[place], shape = filled(formula, sizes);
        const ranges = entries(data.gates[gates]).map(([gate, all]) => [gate, filled(all, sizes)]);
        return { index: index++, path: where(name), direction, role, shape, formula, axes, gate_axis,
          gates: fromEntries(ranges), parameters: product(shape) };
      }) };
    const alike = {};
    for (const { role, shape } of oneWay(layer)) (alike[role + shape] ??= [0, ...shape])[0]++;
    const sums = entries(alike).map(([, all]) => all.filter((n) => n !== 1).join("*") || "1").join(" + ");
    layers.push({ ...layer, parameters: count(layer.weights), parameter_formula: { symbols,
      factored: factored.replace(/\[(.*?)]/g, (_, one) => value(one, sizes)).replace(/\b1\*|\*1\b/g, ""),
      expanded: directions[1] && layer.weights[0].direction ? `2*(${sums})` : sums } });
    if (!last) sizes.input_dim = Number(value(output.next, sizes));
  }
  return { layers, parameters: count(layers) };
}

function code(state) {
  const { framework, cell, layers, timesteps, bidirectional: two, merge_mode: mode } = state;
  const made = data.frameworks[framework].code, merged = two && mode !== "concat", values = { ...state, two, mode, merged,
    title: made?.names?.[cell] ?? entry(state).title, merge_mode: mode === "none" ? "None" : `"${mode}"`,
    stacked: layers > 1, linear: entry(state).options.reset_after === false && state.reset_after,
    celled: cell !== "lstm", framed: framework !== "keras", timed: timesteps };
  const call = (more) => fill(made.call, { ...values, ...more });
  return { command: fill(data.command, values), program: !made?.only.includes(cell) ? "" : merged && made.no_merge
    || fill(made.program, { ...values, timesteps: timesteps || "None", last: call(),
      below: call({ return_sequences: true, return_state: false }), above: call({ input_dim: (two + 1) * state.units }) }) };
}

function make(name, attributes, ...children) {
  const space = /^(svg|rect|text|title)$/.test(name) ? "2000/svg" : "1999/xhtml";
  const element = document.createElementNS(`http://www.w3.org/${space}`, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  element.append(...children);
  return element;
}
const dotted = (text) => text.replaceAll("*", " · ");
const literal = (text) => make("code", {}, dotted(text));
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
const tuple = (shape) => Array.isArray(shape[0]) ? `[${shape.map(tuple).join(", ")}]`
  : `(${shape.map((one) => one ?? "None").join(", ")}${1 in shape ? "" : ","})`;
const range = (all) => all.map((one) => one.join(":")).join(", ");
const put = (name, ...words) => slot(name).replaceChildren(...words);
const tint = (what, gate, place) => `${what}:var(--gate-${gate},var(--gate-other-${place % 4}))`;

function table(layers) {
  const all = layers.flatMap((layer) => layer.weights), more = all.length - 48;
  const cells = all.slice(0, 48).map((one) => ({ index: `[${one.index}]`, direction: one.direction ?? "",
    role: literal(one.role), shape: literal(tuple(one.shape)), formula: literal(tuple(one.formula)),
    parameters: grouped(one.parameters), gates: entries(one.gates).map(([gate, ranges]) =>
      `${gate} ${range(ranges)}`).join(" · "), name: literal(one.path) }));
  const kept = keys(cells[0]).filter((name) => cells.some((row) => row[name]));
  const row = (tag, one) => make("tr", {}, ...kept.map((name) => make(tag,
    { ...(!one && { scope: "col" }), class: /index|param/.test(name) ? "number" : "" }, one ? one[name] : name)));
  return [make("table", { class: "lstm-arrays" }, make("thead", {}, row("th")),
    make("tbody", {}, ...cells.map((one) => row("td", one)))), more > 0 ? `… and ${grouped(more)} more, cut alike.` : ""];
}

/* The gates' blocks along so many pixels; interleaved ones may be drawn coarser. */
function blocks({ shape, gates, gate_axis }, length) {
  const scale = length / shape[gate_axis];
  return entries(gates).flatMap(([gate, ranges], place) => ranges.flatMap(([from, to, step]) => {
    if (!step) return { gate, place, at: from * scale, size: (to - from) * scale };
    const stripes = Math.max(1, Math.min(to / step, Math.floor(length / step / 3))), size = length / stripes / step;
    return Array.from({ length: stripes }, (_, one) => ({ gate, place, at: (one * step + from % step) * size, size }));
  }));
}

/* To scale: rows down, columns across; further axes are sheets, one below another. */
function picture(weight, scale) {
  const { shape, gate_axis: axis, role } = weight, [high, wide] = [1, ...shape].slice(-2);
  const sheets = Math.min(8, Number(product(shape.slice(0, -2))));
  const [width, height] = [wide, high].map((one) => Math.max(14, one * scale));
  const across = axis === shape.length - 1, down = axis === shape.length - 2, total = sheets * (height + 8) - 8;
  const drawn = make("svg", { role: "img", width, height: total, viewBox: `0 0 ${width} ${total}` },
    make("title", {}, `${role}, ${shape.join(" by ")}`));
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
  const thick = Math.min(wide, high) * scale < 14 ? ", drawn thicker" : "";
  return make("figure", {}, make("figcaption", {}, literal(role), ` ${tuple(shape)}`,
    make("small", {}, dotted(weight.axes.join(" × ")) + thick)), drawn,
  make("ul", {}, ...keys(weight.gates).map((gate, place) => make("li", {},
    make("span", { style: tint("background", gate, place) }), `${gate} `,
    literal(`[${[...Array(axis).fill(":"), range(weight.gates[gate])].join(", ")}]`)))));
}

/* One direction's arrays, and how their numbers are counted. */
function about(layer) {
  const arrays = oneWay(layer).slice(0, 16), scale = 220 / Math.max(...arrays.flatMap((one) => one.shape));
  const total = ` = ${grouped(layer.parameters)}`, { symbols, factored, expanded } = layer.parameter_formula;
  return [make("h4", {}, `${layer.path}: ${grouped(layer.input_dim)} inputs`),
    make("div", { class: "calculator-figures" }, ...arrays.map((one) => picture(one, scale))),
    make("p", { class: "lstm-formula" }, make("strong", {}, "Parameters"),
      ...[symbols, factored + total, expanded + total].flatMap((line) => [make("br"), literal(line)]))];
}

function draw({ layers, parameters }, state) {
  const last = layers.at(-1), made = code(state), own = entry(state);
  const does = entries(data.multiplies).filter(([role]) => last.weights.some((one) => one.role === role));
  put("table", ...table(layers));
  put("about", ...layers.slice(0, 2).flatMap(about));
  put("words", "Output shape: ", literal(tuple(last.output_shape)), ". Carried from step to step: ",
    [...new Set(last.states.map((one) => one.name))].join(" and "), ", shape ", literal(tuple(last.states[0].shape)), ". ",
    ...does.flatMap(([role, words]) => [literal(role), ` ${words}. `]), own.note);
  put("program", made.program);
  slot("program").closest("div").hidden = !made.program;
  put("command", made.command);
  return [layers[1] ? `${layers.length} ×` : "", last.directions[1] ? "bidirectional" : "", own.title, "of",
    `${data.frameworks[state.framework].name},`, grouped(layers[0].input_dim), "inputs,", grouped(last.units), "units:",
    grouped(last.weights.at(-1).index + 1), "arrays,", grouped(parameters), "parameters."].join(" ");
}

const fields = entries(data.fields);  // name -> [its word in the address, what is not written there]
const field = (name) => form.elements[name];
const tell = (name, words) => document.getElementById(`calc-${name}-error`).replaceChildren(words);
const read = () => fromEntries(fields.map(([name, [, usual]]) => [name, field(name)[usual === !!usual ? "checked" : "value"]]));

/* One of the same kind stays chosen. */
function cells(wanted) {
  const known = data.frameworks[field("framework").value].cells, alike = (key) => known[key].cell === data.kinds[wanted];
  const found = wanted in known ? wanted : keys(known).find(alike);
  field("cell").replaceChildren(...keys(known).map((key) => new Option(known[key].label, key, false, key === found)));
}

let pause;
function show() {
  const { options } = entry(read()), both = field("bidirectional");
  both.disabled = ![false, true].every((two) => variant(read(), two));
  if (both.disabled) both.checked = variant(read(), true);
  field("merge_mode").disabled = !both.checked;
  for (const name of ["use_bias", "reset_after"]) {  // what makes no difference is switched off
    field(name).disabled = !(name in options);
    field(name).checked ||= !(name in options);
  }
  for (const [name] of fields) {
    field(name).ariaInvalid = null;
    tell(name, "");
  }
  let words = "Below: the last layer that could be.", bad = true;
  try {
    words = draw(compute(read()), read());
    bad = false;
  } catch (error) {
    if (!error.field) throw error;
    field(error.field).ariaInvalid = true;
    tell(error.field, error.message);
  }
  slot("output").classList.toggle("stale", bad);
  put("summary", words);
  clearTimeout(pause);  // read aloud when the typing pauses
  pause = setTimeout(put, 600, "said", words);
}

/* The form from the address; a word that is not known is told, not followed. */
function write(address) {
  const words = new URLSearchParams(address), unknown = [];
  for (const [name, [word, usual]] of fields) {
    const given = words.get(word) ?? usual, element = field(name);
    if (name === "cell") cells(given);
    const known = [...element.options ?? []].map((one) => one.value);
    if (usual === !!usual) element.checked = words.has(word) ? given !== "0" : usual;
    else if (!known[0] || known.includes(given)) element.value = given;
    else unknown.push(`${word}=${given} is not known: ${known.join(", ")} are.`);
  }
  show();
  tell("address", unknown.join(" "));
}

function changed({ target }) {
  if (target.name === "framework") cells(field("cell").value);
  show();
  tell("address", "");
  const state = read(), words = new URLSearchParams(location.search);
  for (const [name, [word, usual]] of fields) {
    words.set(word, usual === !!usual ? +state[name] : state[name]);
    if (field(name).disabled || (state[name] === usual && !/cell|input|units/.test(name))) words.delete(word);
  }
  try { history.replaceState(null, "", `?${words}${location.hash}`); } catch { /* a folder */ }
  slot("link").search = words;
}

form.oninput = form.onchange = changed;
form.onsubmit = () => false;
onpopstate = () => write(location.search);
form.firstElementChild.disabled = false;
write(location.search || box.dataset.start);
window.lstmCalculator = { compute, code, data };
})();
