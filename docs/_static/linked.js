/* The linked picture: pointing at, focusing or tapping a part lights up its counterparts.  What belongs together is
   written on the parts (data-gate, data-role, data-state) by docs/_ext/linked_drawing.py; nothing is known here. */
"use strict";
(() => {
const KEYS = ["gate", "role", "state"];

function view(box) {
  const data = JSON.parse(box.querySelector("script").textContent);
  const parts = [...box.querySelectorAll(".part, .linked-pick button")];
  const said = box.querySelector(".linked-said"), steps = box.querySelector("[name=step]"), units = box.querySelector("[name=unit]");
  const hint = [...said.childNodes];
  let held = null, shown = null;

  /* ---- What agrees with what */

  const wish = (part) => Object.fromEntries(KEYS.filter((key) => part.dataset[key]).map((key) => [key, part.dataset[key].split(" ")]));
  const shares = (one, other) => one.some((word) => other.includes(word));
  /* A part without an array is about all of its gate's; one without a gate is about all gates of its array. */
  function agrees(part, wanted) {
    const own = wish(part);
    if (wanted.gate || wanted.role) {
      if (wanted.gate && !(own.gate && shares(own.gate, wanted.gate))) return false;
      if (wanted.role && own.role) return shares(own.role, wanted.role);
      return wanted.gate !== undefined;
    }
    return Boolean(own.state && wanted.state && shares(own.state, wanted.state));
  }

  function light(wanted) {
    const same = JSON.stringify(wanted) === JSON.stringify(shown);
    shown = wanted;
    box.classList.toggle("linked-on", Boolean(wanted));
    for (const part of parts) {
      const on = Boolean(wanted) && agrees(part, wanted);
      part.classList.toggle("on", on);
      if (part.tagName === "BUTTON") part.setAttribute("aria-pressed", String(on && KEYS.every(
        (key) => Boolean(part.dataset[key]) === Boolean(wanted[key]))));
    }
    if (!same) tell();
  }

  /* ---- What is said of it */

  const make = (name, ...children) => {
    const element = document.createElement(name);
    element.append(...children);
    return element;
  };

  function slices(wanted) {
    const gates = wanted.gate ?? Object.keys(data.slices), found = new Map();
    for (const gate of gates) {
      for (const [role, code] of Object.entries(data.slices[gate] ?? {})) {
        if (!wanted.role || wanted.role.includes(role)) found.set(code, `${role}${gate === "all" ? "" : ` of the ${data.gates[gate].split(":")[0]}`}`);
      }
    }
    return [...found];
  }

  function copied(code) {
    const button = make("button", "Copy");
    button.type = "button";
    button.setAttribute("aria-label", `Copy ${code}`);
    button.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(code); button.textContent = "Copied"; } catch {
        getSelection().selectAllChildren(button.previousElementSibling);  // where copying is not allowed, it is selected
        button.textContent = "Selected";
      }
    });
    return button;
  }

  function tell() {
    if (!shown) return said.replaceChildren(...hint);
    const words = [...(shown.gate ?? []).map((gate) => data.gates[gate]), ...(!shown.gate && !shown.role ? shown.state.map((one) => data.states[one]) : [])];
    if (!shown.gate && shown.role) words.push(`${shown.role.join(" and ")}: one block for each gate`);
    const list = shown.gate || shown.role ? slices(shown).map(([code, what]) => make("li", make("code", code), copied(code), ` ${what}`)) : [];
    said.replaceChildren(make("p", make("strong", words.join("; ")), now()), make("ul", ...list));
  }

  /* The number of the gate or state at this step, if it is one. */
  function now() {
    const name = (shown.gate ?? (shown.role ? [] : shown.state) ?? [])[0];
    const names = [...Object.keys(data.gates), ...Object.keys(data.states).reverse()];
    if (!names.includes(name)) return "";
    const value = data.values[step()][units.selectedIndex][data.columns[names.indexOf(name)]];
    return ` At step ${step() + 1}, unit ${units.value}: ${data.letters[name] ?? name}[t] = ${number(value)}.`;
  }

  /* ---- Steps and units */

  const step = () => Number(steps.value) - 1;
  const number = (thousandths) => (thousandths / 1000).toFixed(3);

  function turn() {
    const unit = units.selectedIndex, values = data.values[step()][unit];
    for (const text of box.querySelectorAll("[data-node]")) {
      text.textContent = number(values[text.dataset.node]);
      const part = text.closest(".part[aria-label]");
      part?.setAttribute("aria-label", label(part));  // what is seen is also what is read
    }
    for (const drawn of box.querySelectorAll(".linked-array")) {
      for (const line of drawn.querySelectorAll(".unit")) line.setAttribute("transform", `translate(${unit * drawn.dataset.scale})`);
    }
    box.querySelector(".linked-table caption span").textContent = unit;
    [...box.querySelectorAll(".linked-table tbody tr")].forEach((row, place) => {
      if (place === step()) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
      [...row.querySelectorAll("td")].forEach((cell, column) => { cell.textContent = number(data.values[place][unit][data.columns[column]]); });
    });
    box.querySelector(".linked-steps output").textContent = `${step() + 1} of ${steps.max}`;
    for (const button of box.querySelectorAll("[data-by]")) {
      button.disabled = step() + Number(button.dataset.by) < 0 || step() + Number(button.dataset.by) >= Number(steps.max);
    }
    if (shown) tell();
  }

  /* ---- Hands, keys, ears */

  const label = (part) => [part.dataset.says ?? part.textContent.trim(), part.dataset.role && !part.dataset.says?.includes("of the")
    ? part.dataset.role.replaceAll(" ", " and ") : "", part.dataset.gate && !part.dataset.says?.includes("of the") ? `${part.dataset.gate} gate` : "",
  part.dataset.state ? `state ${part.dataset.state}` : "", part.dataset.says ? part.textContent.trim() : ""].filter(Boolean).join(", ");

  /* One stop of the tab key for each figure; the arrows walk through its parts. */
  function walk(group) {
    const own = [...group.querySelectorAll(".part")].filter((part) => Object.keys(wish(part)).length);
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", `${group.dataset.group}: arrow keys walk through its parts`);
    for (const drawn of group.querySelectorAll("svg, math")) drawn.setAttribute("role", "group");
    own.forEach((part, place) => {
      part.tabIndex = place ? -1 : 0;
      part.setAttribute("role", "button");
      part.setAttribute("aria-label", label(part));
    });
    group.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -own.length, End: own.length }[event.key];
      const at = own.indexOf(event.target.closest(".part"));
      if (!by || at < 0) return;
      event.preventDefault();
      const next = own[Math.max(0, Math.min(own.length - 1, at + by))];
      own[at].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  }

  function choose(part) {
    const wanted = wish(part);
    held = JSON.stringify(held) === JSON.stringify(wanted) ? null : wanted;
    light(held ?? null);
  }
  const hit = (event) => event.target.closest?.(".part, .linked-pick button");
  const useful = (part) => part && Object.keys(wish(part)).length;

  box.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse" && useful(hit(event))) light(wish(hit(event)));
  });
  box.addEventListener("pointerout", (event) => { if (event.pointerType === "mouse" && hit(event)) light(held); });
  box.addEventListener("focusin", (event) => { if (useful(hit(event)) && hit(event).matches(":focus-visible")) light(held = wish(hit(event))); });
  box.addEventListener("click", (event) => {
    if (useful(hit(event))) choose(hit(event));
    const by = event.target.closest("[data-by]")?.dataset.by;
    if (by) { steps.value = Number(steps.value) + Number(by); turn(); }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") light(held = null);
    if ((event.key === "Enter" || event.key === " ") && event.target.closest(".part") && useful(hit(event))) {
      event.preventDefault();
      light(held = wish(hit(event)));
    }
  });
  box.addEventListener("input", turn);
  box.addEventListener("change", turn);

  box.querySelectorAll("[data-group]").forEach(walk);
  box.querySelector(".linked-controls").hidden = false;
  turn();
}

document.querySelectorAll(".linked").forEach(view);
})();
