"use strict";
(() => {
  const pageSize = 50;
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const data = byId("data");
  const rows = JSON.parse(data.textContent);
  data.remove();

  const view = { filter: "all", query: "", descending: false, page: 0, matches: [] };

  // The page is written in both languages; which one shows, the style decides by the
  // language of the document.
  function speak(lang) {
    root.lang = lang === "zh" ? "zh-CN" : "en";
    for (const e of document.querySelectorAll("[data-zh]")) {
      if (e.id === "query") e.placeholder = e.dataset[lang];
      else e.textContent = e.dataset[lang];
    }
  }

  function localTime(iso) {
    const d = new Date(iso);
    if (isNaN(d)) return iso;
    const two = (n) => String(n).padStart(2, "0");
    const off = -d.getTimezoneOffset(), hours = Math.trunc(Math.abs(off) / 60), minutes = Math.abs(off) % 60;
    const zone = off === 0 ? "UTC" : "UTC" + (off < 0 ? "−" : "+") + hours + (minutes ? ":" + two(minutes) : "");
    return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())} ${zone}`;
  }

  const toMend = (r) => r.status === "rejected" || r.status === "failed";

  // What is searched of a row: all that it shows, in both languages.
  const words = {};
  for (const t of document.querySelectorAll("template[id^=state-], template[id^=field-]")) words[t.id] = t.content.textContent;
  const searched = new Map();
  function textOf(r) {
    let text = searched.get(r);
    if (text === undefined) {
      const parts = [r.row, r.item, r.source, r.table, r.status, words["state-" + r.status], r.code, r.http, r.log_id];
      for (const t of [r.reason, r.advice]) if (t) parts.push(t.zh, t.en);
      for (const c of r.changes || []) parts.push(words["field-" + c.field], c.before, c.after);
      text = parts.filter((p) => p !== undefined).join("\n").toLowerCase();
      searched.set(r, text);
    }
    return text;
  }

  function find() {
    const wanted = view.query.toLowerCase().split(/\s+/).filter(Boolean);
    view.matches = rows.filter((r) =>
      (view.filter === "all" || (view.filter === "mend" ? toMend(r) : r.status === view.filter)) &&
      (wanted.length === 0 || wanted.every((w) => textOf(r).includes(w))));
    if (view.descending) view.matches.reverse();
    view.page = 0;
    show();
  }

  const put = (e, name, text) => { e.querySelector("." + name).textContent = text === undefined ? "" : text; };
  const copy = (id) => byId(id).content.cloneNode(true);

  function changeOf(c) {
    const li = copy("change");
    li.querySelector(".field").append(copy("field-" + c.field));
    put(li, "before", c.before === undefined ? "—" : c.before);
    put(li, "after", c.after === undefined ? "—" : c.after);
    return li;
  }

  function lineOf(r) {
    const tr = copy("row");
    put(tr, "row", r.row);
    put(tr, "item", r.item);
    tr.querySelector(".what").append(copy("state-" + r.status));
    if (r.changes) {
      const ul = document.createElement("ul");
      ul.className = "changes";
      ul.append(...r.changes.map(changeOf));
      tr.querySelector(".values").append(ul);
    }
    for (const name of ["reason", "advice"]) {
      const p = tr.querySelector("." + name);
      if (r[name]) { put(p, "zh", r[name].zh); put(p, "en", r[name].en); } else p.remove();
    }
    if (!toMend(r) && !r.log_id) tr.querySelector(".trace").remove();
    else {
      put(tr, "code", r.code);
      put(tr, "http", r.http === undefined ? "" : "HTTP " + r.http);
      put(tr, "log", r.log_id);
    }
    const button = tr.querySelector(".toggle");
    button.addEventListener("click", () => toggle(button, r));
    return tr;
  }

  function toggle(button, r) {
    const line = button.closest("tr");
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) { line.nextElementSibling.remove(); return; }
    const detail = copy("detail");
    const facts = { source: r.source, table: r.table, attempts: r.attempts || 0, code: r.code, http: r.http, log: r.log_id, at: r.at && localTime(r.at) };
    for (const [name, fact] of Object.entries(facts)) {
      const dd = detail.querySelector("." + name);
      if (fact === undefined) dd.parentElement.remove(); else dd.textContent = fact;
    }
    line.after(detail);
  }

  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  function tell(name, n) {
    for (const e of document.querySelectorAll(".n-" + name)) e.textContent = number(n);
  }

  function show() {
    const pages = Math.max(1, Math.ceil(view.matches.length / pageSize));
    const start = view.page * pageSize;
    byId("body").replaceChildren(...view.matches.slice(start, start + pageSize).map(lineOf));
    byId("none").hidden = view.matches.length > 0;
    byId("pager").hidden = pages === 1;
    byId("first").disabled = byId("previous").disabled = view.page === 0;
    byId("last").disabled = byId("next").disabled = view.page === pages - 1;
    tell("shown", view.matches.length);
    tell("all", rows.length);
    tell("page", view.page + 1);
    tell("pages", pages);
    return pages;
  }

  function turn(button, to) {
    byId(button).addEventListener("click", () => {
      view.page = to(Math.ceil(view.matches.length / pageSize) - 1);
      show();
      byId("scroll").focus({ preventScroll: true });
      byId("rows").scrollIntoView();
    });
  }

  const filters = [...document.querySelectorAll("[data-filter]")];
  function filter(name) {
    view.filter = name;
    for (const b of filters) b.setAttribute("aria-pressed", String(b.dataset.filter === name));
    find();
  }

  for (const b of filters) b.addEventListener("click", () => filter(b.dataset.filter));
  byId("query").addEventListener("input", (e) => { view.query = e.target.value; find(); });
  document.querySelector("#app .sort").addEventListener("click", (e) => {
    view.descending = !view.descending;
    e.currentTarget.parentElement.setAttribute("aria-sort", view.descending ? "descending" : "ascending");
    find();
  });
  turn("first", () => 0);
  turn("previous", () => view.page - 1);
  turn("next", () => view.page + 1);
  turn("last", (last) => last);

  byId("lang").addEventListener("click", () => {
    const lang = root.lang === "en" ? "zh" : "en";
    speak(lang);
    history.replaceState(null, "", "#" + lang);
  });
  if (location.hash === "#zh" || location.hash === "#en") speak(location.hash.slice(1));

  for (const t of document.querySelectorAll("time")) t.textContent = localTime(t.dateTime);
  byId("lang").hidden = byId("app").hidden = false;
  root.classList.add("scripted");
  filter(filters.some((b) => b.dataset.filter === "mend") ? "mend" : "all");
})();
