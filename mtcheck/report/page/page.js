"use strict";
const $ = id => document.getElementById(id);
function review(source) {
const docs = $("docs"), index = JSON.parse($("index").textContent);
docs.textContent = "";

/* Findings are [fingerprint, rule, severity, part, text, found, unit, message, document]. */
const found = index.findings, total = found.length;
const twins = new Map();
found.forEach((f, i) => { const t = twins.get(f[0]); if (t) t.push(i); else twins.set(f[0], [i]); });
const partOf = i => found[i][3];
const docOf = i => index.parts[partOf(i)][0];

/* ---- what the browser keeps: nothing breaks where it keeps nothing, as for some files on disk */
let remembers = true;
const recall = (key, other) => {
  try { const value = JSON.parse(localStorage.getItem(key)); return value === null || Array.isArray(value) !== Array.isArray(other) ? other : value; }
  catch (e) { if (!(e instanceof SyntaxError)) remembers = false; return other; }
};
const remember = (key, value) => {
  try { localStorage.setItem(key, JSON.stringify(value)); }
  catch { if (remembers) { remembers = false; warn(); } }
};
const LOG = "mtcheck-log:" + index.sum, PENDING = "mtcheck-pending:" + index.sum, AT = "mtcheck-at:" + index.sum, SHIPPED = "mtcheck-shipped:" + index.sum;

/* ---- verdicts: a log that only grows or is undone from its end; the state is read off it */
const meta = document.querySelector("meta[name=mtcheck-api]");
const api = meta && meta.content;
let log = recall(LOG, []);
let pending = api ? recall(PENDING, []) : [];
let remote = new Map(), stacks = new Map(), decided = 0;
let problem = "";

function rebuild() {
  stacks = new Map();
  for (const e of log) { const s = stacks.get(e.fingerprint); if (s) s.push(e); else stacks.set(e.fingerprint, [e]); }
}
function current(fingerprint) {
  if (!api) { const s = stacks.get(fingerprint); return s && s[s.length - 1]; }
  for (let i = pending.length; i--;) if (pending[i].fingerprint === fingerprint) return pending[i].verdict === "undone" ? undefined : pending[i];
  return remote.get(fingerprint);
}
let ticked = 0;
function now() { /* never twice the same: the later of two events must be told by its time */
  ticked = Math.max(Date.now(), ticked + 1);
  return new Date(ticked).toISOString();
}
function record(i, verdict, reason) {
  const f = found[i];
  return { fingerprint: f[0], code: index.rules[f[1]], document: f[8], unit: f[6], verdict, reason: reason || "",
    who: recall("mtcheck-who", ""), when: now(), text: index.texts[f[4]], found: f[5] };
}
/* The log leaves out what the index knows already, so that 20,000 verdicts fit where browsers keep 5 MB. */
const slim = e => ({ fingerprint: e.fingerprint, verdict: e.verdict, reason: e.reason, who: e.who, when: e.when });
const whole = e => { const t = twins.get(e.fingerprint); return t ? { ...record(t[0], e.verdict, e.reason), who: e.who, when: e.when } : e; };

function send(entry) {
  if (!api) return;
  pending.push(entry); remember(PENDING, pending); flush();
}
let sending = false, sent = 0;
async function flush() {
  if (sending || !pending.length) return;
  sending = true;
  try {
    while (pending.length) {
      const entry = pending[0];
      const answer = await fetch(api + "/verdicts", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(entry) });
      if (!answer.ok && (answer.status < 400 || answer.status >= 500)) throw new Error(answer.status);
      problem = answer.ok ? "" : `The store refused a verdict (${answer.status}).`;
      if (answer.ok) { if (entry.verdict === "undone") remote.delete(entry.fingerprint); else remote.set(entry.fingerprint, entry); }
      pending.shift(); remember(PENDING, pending); sent++;
    }
  } catch { problem = `${pending.length} verdicts are not in the store yet; they are kept here and sent again.`; }
  sending = false; warn();
}
async function poll() {
  await flush();
  const before = sent;
  try {
    const answer = await fetch(api + "/verdicts");
    if (!answer.ok) throw new Error(answer.status);
    const list = (await answer.json()).verdicts;
    if (before === sent && !pending.length) {
      const next = new Map();
      for (const v of list) {
        const old = next.get(v.fingerprint);
        if (!old || old.when <= v.when) next.set(v.fingerprint, v);
      }
      for (const [fp, v] of next) if (v.verdict === "undone") next.delete(fp);
      const changed = [...new Set([...next.keys(), ...remote.keys()])].filter(fp => {
        const a = next.get(fp), b = remote.get(fp);
        return !a || !b || a.verdict !== b.verdict || a.reason !== b.reason || a.who !== b.who;
      });
      remote = next;
      if (changed.length) refresh(changed);
    }
    if (!pending.length) { problem = ""; warn(); }
  } catch { problem = problem || "The store does not answer; verdicts are kept here and sent again."; warn(); }
  setTimeout(poll, 2000);
}

function decide(i, verdict, reason) {
  const entry = record(i, verdict, reason);
  log.push(slim(entry)); remember(LOG, log);
  const s = stacks.get(entry.fingerprint); if (s) s.push(log[log.length - 1]); else stacks.set(entry.fingerprint, [log[log.length - 1]]);
  send(entry);
  refresh([entry.fingerprint]);
  const next = following(i);
  const said = `${verdict[0].toUpperCase()}${verdict.slice(1)}. ${decided.toLocaleString()} of ${total.toLocaleString()} decided.`;
  if (next < 0) { say(said + " Nothing is left to decide" + (filtering() ? " here." : ".")); go(i); }
  else { say(said); go(next); }
}
function following(i) {
  const open = j => !current(found[j][0]);
  const at = after(i);
  for (let k = at; k < order.length; k++) if (open(order[k])) return order[k];
  for (let k = 0; k < at; k++) if (open(order[k])) return order[k];
  return -1;
}
function undo() {
  const last = log.pop();
  if (!last) return say("Nothing to undo.");
  remember(LOG, log);
  const s = stacks.get(last.fingerprint);
  s.pop(); if (!s.length) stacks.delete(last.fingerprint);
  if (!s.length && shipped[last.fingerprint]) {
    shipped[last.fingerprint] = { ...last, verdict: "undone", when: now() }; remember(SHIPPED, shipped);
  }
  if (api) {
    send({ ...whole(last), verdict: "undone", when: now() });
    if (s.length) send({ ...whole(s[s.length - 1]), when: now() });
  }
  refresh([last.fingerprint]);
  say(`Undone: ${last.verdict}. ${decided.toLocaleString()} of ${total.toLocaleString()} decided.`);
  const t = twins.get(last.fingerprint);
  if (t) go(t[0]);
}

/* ---- the documents: a section each, its parts drawn from the kept text when they are seen */
const chunks = [];
for (let at = 0; ;) {
  const start = source.indexOf("<!--[-->", at);
  if (start < 0) break;
  const end = source.indexOf("<!--]-->", start);
  chunks.push([start + 8, end]); at = end;
}
const boxes = [], sections = new Map(), drawn = new Map(), byPart = index.parts.map(() => []);
found.forEach((f, i) => byPart[f[3]].push(i));
index.parts.forEach((p, k) => {
  let section = sections.get(p[0]);
  if (!section) {
    section = document.createElement("section");
    section.className = "doc";
    section.setAttribute("aria-labelledby", "d" + p[0]);
    sections.set(p[0], section);
    docs.append(section);
  }
  const box = document.createElement("div");
  box.className = "part"; box.dataset.k = k;
  box.style.minHeight = p[3] + "px";
  boxes.push(box); section.append(box);
});
const near = new Set();
const watcher = new IntersectionObserver(seen => {
  for (const e of seen) {
    const k = +e.target.dataset.k;
    if (e.isIntersecting) { near.add(k); draw(k); } else near.delete(k);
  }
  tidy();
}, { rootMargin: "1200px 0px" });
boxes.forEach(b => watcher.observe(b));

function draw(k) {
  if (drawn.has(k)) { const d = drawn.get(k); drawn.delete(k); drawn.set(k, d); return; }
  const box = boxes[k];
  box.innerHTML = source.slice(...chunks[k]);
  box.style.minHeight = "";
  drawn.set(k, true);
  for (const i of byPart[k]) dress(i);
  sift(k);
}
function tidy() {
  if (drawn.size < 90) return;
  for (const k of drawn.keys()) {
    if (drawn.size < 60) break;
    const box = boxes[k];
    if (near.has(k) || box.contains(document.activeElement) || (at >= 0 && partOf(at) === k)) continue;
    box.style.minHeight = box.offsetHeight + "px";
    box.textContent = "";
    drawn.delete(k);
  }
}

/* ---- one finding: its buttons and what was decided */
const VERBS = [["accepted", "Accept", "a"], ["dismissed", "Dismiss", "d"], ["unsure", "Unsure", "u"]];
function dress(i) {
  const el = $("f" + i);
  if (!el) return;
  el.tabIndex = -1;
  el.setAttribute("aria-labelledby", "m" + i);
  const act = document.createElement("div");
  act.className = "act";
  act.setAttribute("role", "group"); act.setAttribute("aria-label", "Verdict");
  for (const [verdict, label, key] of VERBS) {
    const b = document.createElement("button");
    b.type = "button"; b.textContent = label; b.dataset.verdict = verdict; b.title = key;
    act.append(b);
  }
  const said = document.createElement("span");
  said.className = "said";
  act.append(said);
  el.append(act);
  show(i);
}
function show(i) {
  const el = $("f" + i);
  if (!el || !el.lastChild || el.lastChild.className.indexOf("act")) return;
  const said = current(found[i][0]), act = el.lastChild;
  if (said) el.dataset.v = said.verdict; else delete el.dataset.v;
  act.classList.toggle("has-verdict", !!said);
  for (const b of act.querySelectorAll("button")) b.setAttribute("aria-pressed", String(!!said && b.dataset.verdict === said.verdict));
  act.lastChild.textContent = said ? [said.verdict, said.reason && ": " + said.reason, said.who && ` (${said.who})`].filter(Boolean).join("") : "";
}
function refresh(fingerprints) {
  count();
  if (filters.verdict && !filters.verdict.startsWith("=")) filter();
  for (const fp of fingerprints) for (const i of twins.get(fp) || []) { show(i); }
}
function count() {
  decided = 0;
  for (const [fp, t] of twins) if (current(fp)) decided += t.length;
  const bar = $("progress").firstElementChild;
  bar.max = total || 1; bar.value = decided;
  $("count").textContent = `${decided.toLocaleString()} of ${total.toLocaleString()} decided`;
}

/* ---- filter */
const form = $("filters");
let filters = {}, order = found.map((_, i) => i), matching = null, perPart = null, folded = null;
const filtering = () => matching !== null;
function filter() {
  const v = Object.fromEntries(new FormData(form));
  filters = v;
  const words = v.text.toLowerCase().split(/\s+/).filter(Boolean), name = v.document.trim().toLowerCase();
  if (!v.rule && !v.severity && !v.verdict && !name && !words.length) { matching = null; order = found.map((_, i) => i); }
  else {
    const names = Object.fromEntries(Object.entries(index.docs).map(([n, d]) => [n, d[0].toLowerCase()]));
    folded = folded || (words.length ? found.map(f => [f[7], index.texts[f[4]], f[5], f[6], f[8]].filter(Boolean).join("\n").toLowerCase()) : null);
    order = [];
    found.forEach((f, i) => {
      if (v.rule && index.rules[f[1]] !== v.rule) return;
      if (v.severity && f[2] !== +v.severity) return;
      if (name && !names[docOf(i)].includes(name)) return;
      if (v.verdict.startsWith("=")) { if ("=" + index.docs[docOf(i)][1] !== v.verdict) return; }
      else if (v.verdict) { const now = current(f[0]); if ((now ? now.verdict : "open") !== v.verdict) return; }
      if (words.length && !words.every(w => folded[i].includes(w))) return;
      order.push(i);
    });
    matching = new Set(order);
  }
  perPart = new Map();
  const live = new Set();
  for (const i of order) { perPart.set(partOf(i), (perPart.get(partOf(i)) || 0) + 1); live.add(docOf(i)); }
  for (const [number, section] of sections) section.hidden = filtering() && !live.has(number);
  boxes.forEach((box, k) => { box.hidden = filtering() && byPart[k].length > 0 && !perPart.has(k); });
  for (const k of drawn.keys()) sift(k);
  $("hits").textContent = filtering() ? `${order.length.toLocaleString()} of ${total.toLocaleString()}` : "";
  $("filter").textContent = filtering() ? "Filter on" : "Filter";
}
function sift(k) {
  const box = boxes[k];
  for (const i of byPart[k]) {
    const el = $("f" + i);
    if (!el) continue;
    const row = el.closest("tr");
    (row || el).hidden = filtering() && !matching.has(i);
  }
  for (const s of box.querySelectorAll(".s")) s.hidden = filtering() && !s.querySelector(".finding:not([hidden])");
  for (const d of box.querySelectorAll(".rest")) d.hidden = filtering();
}
let typing;
form.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(filter, 120); });
form.addEventListener("change", filter);
form.addEventListener("submit", e => { e.preventDefault(); filter(); move(1, -1); });
form.addEventListener("reset", () => setTimeout(filter));

/* ---- moving */
let at = -1;
function after(i) { /* first place in the order behind finding i */
  let low = 0, high = order.length;
  while (low < high) { const mid = (low + high) >> 1; if (order[mid] <= i) low = mid + 1; else high = mid; }
  return low;
}
function move(step, from = at) {
  const k = after(from);
  const i = step > 0 ? order[k] : order[(order[k - 1] === from ? k - 1 : k) - 1];
  if (i === undefined) return say(order.length ? (step > 0 ? "That was the last finding." : "That was the first finding.") : "No finding matches.");
  go(i);
}
function leap(step) {
  const here = at < 0 ? -1 : docOf(at);
  const firsts = order.filter((i, k) => k === 0 || docOf(order[k - 1]) !== docOf(i));
  const i = step > 0 ? firsts.find(i => docOf(i) > here) : firsts.filter(i => docOf(i) < here).pop();
  if (i === undefined) return say(step > 0 ? "That was the last document." : "That was the first document.");
  go(i);
}
function go(i) {
  at = i; remember(AT, i);
  const k = partOf(i);
  for (const j of [k - 1, k, k + 1]) if (boxes[j] && !boxes[j].hidden) draw(j);
  reveal($("f" + i), true);
}
function reveal(el, focus) {
  if (!el) return;
  for (let d = el.parentElement && el.parentElement.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
  if (focus) el.focus({ preventScroll: true });
  const long = el.offsetHeight > innerHeight * .7;
  el.scrollIntoView({ block: long || !focus ? "start" : "center" });
}
function jump(hash) {
  const m = /^#([dsfm])(\d+)(?:-(\d+))?$/.exec(hash);
  if (!m) return false;
  const number = +m[2], sentence = +m[3] - 1;
  if (m[1] === "f" || m[1] === "m") { if (number < total) { clear(number); go(number); } return true; }
  const k = index.parts.findIndex(p => p[0] === number && (m[1] === "d" || (p[1] <= sentence && sentence < p[2])));
  if (k < 0) return false;
  if (filtering()) form.reset(), form.dispatchEvent(new Event("change"));
  for (const j of [k, k + 1]) if (boxes[j]) draw(j);
  const el = $(hash.slice(1));
  reveal(el, false);
  if (el) { el.tabIndex = -1; el.focus({ preventScroll: true }); }
  return true;
}
function clear(i) { if (filtering() && !matching.has(i)) { form.reset(); filter(); } }

/* ---- surprisal of each token, where a sentence has it */
function surprise(li) {
  if (!li) return say("Choose a finding first.");
  const p = li.querySelector(".t");
  if (li.plain) { p.replaceChildren(...li.plain); li.plain = null; return; }
  if (!li.dataset.tok) return say("No language model read this sentence.");
  const letters = Array.from(p.textContent), out = document.createElement("span");
  out.className = "tok";
  let place = 0;
  for (const t of li.dataset.tok.split(" ")) {
    const [gap, length, bits] = t.split(".").map(Number);
    if (gap > 0) out.append(letters.slice(place, place + gap).join(""));
    place += gap;
    const span = document.createElement("span"), sub = document.createElement("sub");
    span.className = "h" + Math.min(4, Math.floor(bits / 40));
    span.textContent = letters.slice(place, place + length).join("");
    sub.textContent = Math.round(bits / 10);
    span.title = (bits / 10).toFixed(1) + " bits";
    span.append(sub); out.append(span);
    place += length;
  }
  out.append(letters.slice(place).join(""));
  li.plain = [...p.childNodes];
  p.replaceChildren(out);
}

/* ---- dialogs */
const open = () => document.querySelector("dialog[open]");
let dismissing = -1;
function reasons() {
  const list = [];
  const told = new Set();
  for (const r of [...log.map(e => e.reason), ...recall("mtcheck-reasons", []).slice().reverse()].filter(Boolean).reverse()) {
    if (!told.has(r)) { told.add(r); list.push(r); }
    if (list.length === 6) break;
  }
  return list;
}
function ask(i) {
  dismissing = i;
  const last = reasons(), input = $("reason");
  input.value = last[0] || "";
  $("reasons").replaceChildren(...last.map((r, n) => {
    const li = document.createElement("li"), b = document.createElement("button"), key = document.createElement("kbd");
    b.type = "button"; key.textContent = n + 1;
    const text = document.createElement("bdi"); text.textContent = r;
    b.append(key, " ", text);
    b.addEventListener("click", () => { input.value = r; dismiss(); });
    li.append(b); return li;
  }));
  $("d-reason").showModal();
  input.focus(); input.select();
}
function dismiss() {
  const reason = $("reason").value.trim();
  $("d-reason").close();
  remember("mtcheck-reasons", [reason, ...reasons().filter(r => r !== reason)].filter(Boolean).slice(0, 6));
  decide(dismissing, "dismissed", reason);
}
$("d-reason").querySelector("form").addEventListener("submit", e => { e.preventDefault(); dismiss(); });
$("reason").addEventListener("keydown", e => {
  const all = e.target.selectionStart === 0 && e.target.selectionEnd === e.target.value.length;
  const choice = reasons()[+e.key - 1];
  if (all && /^[1-6]$/.test(e.key) && choice && !e.isComposing) { e.preventDefault(); e.target.value = choice; dismiss(); }
});
$("d-reason").addEventListener("close", () => { if (at >= 0) reveal($("f" + at), true); });
for (const b of document.querySelectorAll("dialog .close")) b.addEventListener("click", () => b.closest("dialog").close());
/* What an exported file has said already: taken back here, it must be taken back in the next file too. */
let shipped = recall(SHIPPED, {});
function verdicts() {
  const who = recall("mtcheck-who", "");
  const all = [];
  for (const fp of twins.keys()) {
    const now = current(fp);
    if (now) { const e = whole(now); all.push(e.who ? e : { ...e, who }); }
    else if (shipped[fp] && shipped[fp].verdict === "undone") all.push({ ...whole(shipped[fp]), who: shipped[fp].who || who });
  }
  return all;
}
function exporting() {
  const tally = {};
  for (const v of verdicts()) tally[v.verdict] = (tally[v.verdict] || 0) + 1;
  $("tally").textContent = Object.entries(tally).map(([v, n]) => `${n.toLocaleString()} ${v}`).join(", ") || "Nothing is decided yet.";
  $("who").value = recall("mtcheck-who", "");
  $("d-export").showModal();
  $("who").focus();
}
$("d-export").querySelector("form").addEventListener("submit", () => {
  remember("mtcheck-who", $("who").value.trim());
  const body = JSON.stringify({ format: "mtcheck-verdicts", version: 1, verdicts: verdicts().map(v => ({ ...v, who: v.who || $("who").value.trim() })) }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([body], { type: "application/json" }));
  link.download = "mtcheck-verdicts.json";
  link.click();
  for (const v of verdicts()) shipped[v.fingerprint] = slim(v);
  remember(SHIPPED, shipped);
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  exported = log.length;
  say("Verdicts written to mtcheck-verdicts.json.");
});
let exported = 0;
addEventListener("beforeunload", e => { if (!remembers && !api && log.length > exported || pending.length && !remembers) e.preventDefault(); });

/* ---- telling */
function say(text) { const live = $("live"); live.textContent = ""; setTimeout(() => { live.textContent = text; }, 30); }
function warn() {
  const text = [!remembers && !api && "This browser keeps nothing for this page: export before you close it.", problem].filter(Boolean).join(" ");
  if ($("warning").textContent !== text) $("warning").textContent = text;
  $("warning").hidden = !text;
}

/* ---- hands */
function act(verdict, i) {
  if (i < 0) return say("Choose a finding first, with j.");
  at = i;
  if (verdict === "dismissed") ask(i); else decide(i, verdict, "");
}
function toggleFilters(show) {
  form.hidden = !show;
  $("filter").setAttribute("aria-expanded", String(show));
}
const LETTERS = {
  j: () => move(1), k: () => move(-1), n: () => leap(1), p: () => leap(-1), z: undo,
  a: () => act("accepted", at), d: () => act("dismissed", at), u: () => act("unsure", at),
  t: () => surprise(at >= 0 && $("f" + at) && $("f" + at).closest(".s")),
  o: () => { const d = at >= 0 && $("f" + at) && $("f" + at).querySelector(".places"); if (d) d.open = !d.open; else say("It has no other places."); },
  e: exporting, "?": () => $("d-keys").showModal(),
  "/": () => { toggleFilters(true); form.elements.text.focus(); form.elements.text.select(); },
};
const letters = $("letters");
letters.checked = recall("mtcheck-letters", true);
letters.addEventListener("change", () => remember("mtcheck-letters", letters.checked));
addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || open()) return;
  const field = e.target.closest && e.target.closest("input,select,textarea");
  if (field) { if (e.key === "Escape") { e.preventDefault(); field.blur(); if (at >= 0) go(at); } return; }
  const does = letters.checked && LETTERS[e.key.length === 1 ? e.key.toLowerCase() : e.key];
  if (does) { e.preventDefault(); does(); }
});
docs.addEventListener("click", e => {
  const button = e.target.closest("button[data-verdict]");
  if (button) {
    const i = +button.closest(".finding").id.slice(1), now = current(found[i][0]);
    at = i;
    return now && now.verdict === button.dataset.verdict && button.dataset.verdict !== "dismissed" ? undefined : act(button.dataset.verdict, i);
  }
  const mark = e.target.closest("mark[data-f]");
  if (mark && getSelection().isCollapsed) { clear(+mark.dataset.f); return go(+mark.dataset.f); }
  const el = e.target.closest(".finding");
  if (el && !e.target.closest("a,summary") && getSelection().isCollapsed) at = +el.id.slice(1);
});
docs.addEventListener("focusin", e => { const el = e.target.closest(".finding"); if (el) at = +el.id.slice(1); });
document.addEventListener("click", e => {
  const link = e.target.closest("a[href^='#']");
  if (link && jump(link.getAttribute("href"))) { e.preventDefault(); history.pushState(null, "", link.getAttribute("href")); return; }
  const strip = e.target.closest("svg.strip[data-d]");
  if (strip) {
    const box = strip.getBoundingClientRect(), wide = strip.viewBox.baseVal.width, count = strip.firstElementChild.width.baseVal.value;
    jump(`#s${strip.dataset.d}-${Math.min(count, 1 + Math.floor((e.clientX - box.left) / box.width * wide))}`);
  }
  const rule = e.target.closest("[data-rule]");
  if (rule) { toggleFilters(true); form.elements.rule.value = rule.dataset.rule; filter(); move(1, -1); }
});
addEventListener("popstate", () => jump(location.hash));
$("prev").onclick = () => move(-1); $("next").onclick = () => move(1); $("undo").onclick = undo;
$("export").onclick = exporting; $("keys").onclick = LETTERS["?"];
$("filter").onclick = () => toggleFilters(form.hidden);
const theme = recall("mtcheck-theme", "");
if (theme) document.documentElement.dataset.theme = theme;
$("theme").onclick = () => {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  remember("mtcheck-theme", document.documentElement.dataset.theme);
};
addEventListener("storage", e => {
  if (e.key !== LOG && e.key !== PENDING) return;
  const before = new Set(stacks.keys());
  log = recall(LOG, []); if (api) pending = recall(PENDING, []);
  rebuild();
  refresh([...new Set([...before, ...stacks.keys()])]);
});
addEventListener("beforeprint", () => boxes.forEach((b, k) => { if (!b.hidden) draw(k); }));

/* ---- begin */
rebuild();
for (const r of [...index.rules].sort()) form.elements.rule.append(new Option(r, r));
$("documents").append(...Object.values(index.docs).slice(0, 1000).map(d => new Option(d[0])));
$("bar").hidden = total === 0;
count(); filter(); warn();
at = recall(AT, -1); if (at >= total) at = -1;
if (location.hash) jump(location.hash);
else if (at >= 0 && log.length) go(at);
if (api) poll();
document.documentElement.dataset.ready = "";
}

/* Whatever goes wrong, the documents are there to read. */
const kept = $("kept");
if (kept) {
  try { review(kept.textContent); kept.remove(); }
  catch (e) { $("docs").innerHTML = kept.textContent; throw e; }
}
