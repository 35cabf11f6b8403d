"use strict";
(() => {
  // The table stands on its own; with this script it can be filtered, and the filter stands in the address.
  const bar = document.getElementById("filter");
  const table = document.getElementById("findings-table");
  const details = Array.from(document.querySelectorAll("details"));
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = details.filter((item) => !item.open);
    opened.forEach((item) => { item.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((item) => { item.open = false; }));
  if (!bar || !table) return;

  const controls = { q: bar.querySelector("#filter-q"), severity: bar.querySelector("#filter-severity"), sheet: bar.querySelector("#filter-sheet") };
  const told = bar.querySelector("output");
  const rows = Array.from(table.tBodies[0].rows).map((row) => ({
    row, text: row.textContent.toLowerCase(), severity: row.dataset.severity, sheet: row.dataset.sheet,
  }));

  const apply = () => {
    const words = controls.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of rows) {
      const fits = (!controls.severity.value || item.severity === controls.severity.value)
        && (!controls.sheet.value || item.sheet === controls.sheet.value)
        && words.every((word) => item.text.includes(word));
      item.row.hidden = !fits;
      if (fits) shown += 1;
    }
    const number = new Intl.NumberFormat(document.documentElement.lang);
    told.textContent = told.dataset.text.replace("{shown}", number.format(shown)).replace("{all}", number.format(rows.length));
  };

  const remember = () => {
    const state = new URLSearchParams();
    for (const [name, control] of Object.entries(controls)) if (control.value) state.set(name, control.value);
    history.replaceState(null, "", `#${state.toString() || "findings"}`);
    apply();
  };

  const recall = () => {
    const hash = location.hash.slice(1);
    if (!hash.includes("=")) return;
    const state = new URLSearchParams(hash);
    for (const [name, control] of Object.entries(controls)) control.value = state.get(name) || "";
    apply();
    document.getElementById("findings").scrollIntoView();
  };

  bar.hidden = false;
  bar.addEventListener("input", remember);
  bar.querySelector("button").addEventListener("click", () => {
    for (const control of Object.values(controls)) control.value = "";
    remember();
    controls.q.focus();
  });
  addEventListener("hashchange", recall);
  apply();
  recall();
})();
