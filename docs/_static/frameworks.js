// The big table: a button in each heading sorts, a field filters.  Without this script the table is complete.
for (const table of document.querySelectorAll("table.frameworks-table")) {
  const body = table.tBodies[0];
  const rows = [...body.rows]; // in the order of the page: what "unsorted" means
  const heads = [...table.tHead.rows[0].cells];
  const words = new Map(rows.map((row) => [row, `${row.textContent} ${row.dataset.words}`.toLowerCase()]));
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent.trim() : Number(cell.dataset.sort);
  };
  const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "en", { sensitivity: "base" }));

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const before = head.getAttribute("aria-sort");
      const next = before === "ascending" ? "descending" : before === "descending" ? null : "ascending";
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      if (next) head.setAttribute("aria-sort", next);
      const sign = next === "descending" ? -1 : 1;
      body.append(...(next ? [...rows].sort((a, b) => sign * compare(value(a, column), value(b, column))) : rows));
    });
  });

  const bar = document.createElement("p");
  bar.className = "frameworks-bar";
  bar.innerHTML =
    '<label>Only rows with <input type="search" name="filter" placeholder="pytorch gru" autocomplete="off"></label> <output aria-live="polite"></output>';
  const [field, output] = [bar.querySelector("input"), bar.querySelector("output")];
  const filter = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !wanted.every((word) => words.get(row).includes(word));
      shown += !row.hidden;
    }
    output.textContent = `${shown} of ${rows.length}`;
  };
  field.addEventListener("input", filter);
  table.before(bar);
  filter();
}
