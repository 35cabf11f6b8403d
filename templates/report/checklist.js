"use strict";
(() => {
  // Without this script the boxes can be ticked on paper; with it, what is ticked is counted and kept in this browser.
  const bar = document.getElementById("bar");
  const store = document.body.dataset.store;
  const lists = Array.from(document.querySelectorAll(".list"));
  const boxes = Array.from(document.querySelectorAll("input[data-line]"));
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const words = (text, done, all) => text.replace("{done}", number.format(done)).replace("{all}", number.format(all));

  const recall = () => {
    try { return new Set(JSON.parse(localStorage.getItem(store) || "[]")); } catch { return new Set(); }
  };
  const keep = () => {
    // Lines of other pages of the company stay as they are.
    const here = new Set(boxes.map((box) => box.dataset.line));
    const ticked = [...recall()].filter((line) => !here.has(line));
    for (const box of boxes) if (box.checked) ticked.push(box.dataset.line);
    try { localStorage.setItem(store, JSON.stringify(ticked)); return true; } catch { return false; }
  };
  const count = () => {
    let all = 0;
    for (const list of lists) {
      const mine = Array.from(list.querySelectorAll("input[data-line]"));
      const done = mine.filter((box) => box.checked).length;
      for (const box of mine) box.closest("tr").classList.toggle("done", box.checked);
      const told = list.querySelector("output");
      told.textContent = words(told.dataset.text, done, mine.length);
      list.classList.toggle("all-done", done === mine.length);
      all += done;
    }
    bar.querySelector("progress").value = all;
    const told = bar.querySelector("output");
    told.textContent = words(told.dataset.text, all, boxes.length);
  };

  const ticked = recall();
  for (const box of boxes) box.checked = ticked.has(box.dataset.line);
  bar.hidden = false;
  if (!keep()) document.getElementById("not-kept").hidden = false;
  addEventListener("change", (event) => {
    if (event.target.dataset.line) { keep(); count(); }
  });
  addEventListener("storage", (event) => {
    if (event.key !== store) return;
    const now = recall();
    for (const box of boxes) box.checked = now.has(box.dataset.line);
    count();
  });
  bar.querySelector("#hide-done").addEventListener("change", (event) => {
    document.body.classList.toggle("hide-done", event.target.checked);
  });
  bar.querySelector("button").addEventListener("click", () => print());
  count();
})();
