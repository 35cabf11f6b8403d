"use strict";
(() => {
  // Without this script every page is there to read; with it the contents fold on a narrow screen, and things can be searched.
  const menu = document.querySelector("details.menu");
  const narrow = matchMedia("(max-width: 56rem)");
  const fit = () => { menu.open = !narrow.matches; };
  fit();
  narrow.addEventListener("change", fit);
  for (const link of document.querySelectorAll("a.other")) {
    link.addEventListener("click", () => { if (!location.hash.includes("=")) link.hash = location.hash; });
  }

  const bar = document.getElementById("site-search");
  if (!bar || typeof momentsheetIndex === "undefined") return;
  const SHOWN = 30;
  const box = document.getElementById("search-box");
  const list = document.getElementById("search-hits");
  const told = document.getElementById("search-told");
  const tip = document.getElementById("search-tip");

  // As momentsheet compares headers: no case, no accents, ae for æ and o for ø.
  const LETTERS = { "æ": "ae", "ø": "o", "ä": "ae", "ö": "o", "ß": "ss", "đ": "d", "ł": "l" };
  const fold = (text) => text.normalize("NFC").toLowerCase().replace(/[æøäößđł]/g, (letter) => LETTERS[letter])
    .normalize("NFD").replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const close = (spaced) => spaced.replaceAll(" ", "");

  let things = null;
  const prepared = () => {
    things ??= momentsheetIndex.entries.map(([kind, href, title, context, ...words]) => ({
      kind, href, title, context,
      words: words.map((word) => ({ word, spaced: fold(word), closed: close(fold(word)) })),
      all: fold([title, context, ...words].join(" ")),
    }));
    return things;
  };

  // How well a thing fits: its best word, the closer in length the better; else every part of the query somewhere in it.
  const points = (thing, query) => {
    let best = 0;
    let by = "";
    for (const { word, spaced, closed } of thing.words) {
      let here = 0;
      if (closed === query.closed || closed === query.code) here = 1000;
      else if (closed.startsWith(query.closed)) here = 700;
      else if (` ${spaced}`.includes(` ${query.spaced}`)) here = 500;
      else if (query.closed.length > 2 && closed.includes(query.closed)) here = 300;
      if (here) here -= Math.min(90, closed.length - query.closed.length) + (word === thing.title ? 0 : 20);
      if (here > best) [best, by] = [here, word];
    }
    if (!best && query.parts.every((part) => thing.all.includes(part))) best = 100;
    return { best: best && best - thing.kind, by };
  };

  const find = (text) => {
    const spaced = fold(text);
    if (!spaced) return [];
    const code = /^([a-z]{2,4}) ?(\d)$/.exec(spaced);
    const query = { spaced, closed: close(spaced), parts: spaced.split(" "), code: code ? `${code[1]}0${code[2]}` : null };
    return prepared().map((thing, at) => ({ thing, at, ...points(thing, query) })).filter((hit) => hit.best)
      .sort((one, other) => other.best - one.best || one.at - other.at);
  };

  const part = (name, text) => {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = text;
    return span;
  };
  const number = new Intl.NumberFormat(document.documentElement.lang);
  let hits = [];
  let chosen = -1;

  const choose = (at) => {
    chosen = at;
    hits.forEach((link, index) => link.setAttribute("aria-selected", String(index === at)));
    if (at < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", hits[at].id);
    hits[at].scrollIntoView({ block: "nearest" });
  };

  const hide = () => {
    list.hidden = true;
    bar.classList.remove("open");
    box.setAttribute("aria-expanded", "false");
    choose(-1);
  };

  const search = () => {
    const found = find(box.value);
    list.replaceChildren(...found.slice(0, SHOWN).map(({ thing, by }, at) => {
      const link = document.createElement("a");
      link.id = `hit-${at}`;
      link.href = thing.href;
      link.tabIndex = -1;
      link.setAttribute("role", "option");
      link.append(part("what", thing.title));
      if (by && fold(by) !== fold(thing.title)) link.append(part("by", `«${by}»`));
      link.append(part(`kind kind-${thing.kind}`, momentsheetIndex.kinds[thing.kind]), part("where", thing.context));
      return link;
    }));
    hits = Array.from(list.children);
    const count = found.length;
    const words = count > SHOWN ? told.dataset.more : count === 1 ? told.dataset.one : count ? told.dataset.many : told.dataset.none;
    told.textContent = fold(box.value)
      ? words.replace("{count}", number.format(count)).replace("{shown}", number.format(SHOWN)).replace("{all}", number.format(count)) : "";
    list.hidden = !hits.length;
    bar.classList.toggle("open", Boolean(told.textContent));
    box.setAttribute("aria-expanded", String(Boolean(hits.length)));
    list.scrollTop = 0;
    choose(-1);
  };

  box.addEventListener("input", search);
  box.addEventListener("focus", () => { if (box.value) search(); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && hits.length) choose((chosen + 1) % hits.length);
    else if (event.key === "ArrowUp" && hits.length) choose(chosen > 0 ? chosen - 1 : hits.length - 1);
    else if (event.key === "Enter" && hits.length) hits[Math.max(0, chosen)].click();
    else if (event.key === "Escape" && bar.classList.contains("open")) hide();
    else if (event.key === "Escape") box.value = "";
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", hide);
  addEventListener("pointerdown", (event) => { if (!bar.contains(event.target)) hide(); });
  bar.addEventListener("focusout", (event) => { if (event.relatedTarget && !bar.contains(event.relatedTarget)) hide(); });
  addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  // An address may ask: #q=TR-04
  const asked = () => {
    const query = location.hash.startsWith("#q=") ? new URLSearchParams(location.hash.slice(1)).get("q") : null;
    if (!query) return;
    box.value = query;
    box.focus();
    search();
  };
  bar.hidden = false;
  if (tip) tip.hidden = false;
  addEventListener("hashchange", asked);
  asked();
})();
