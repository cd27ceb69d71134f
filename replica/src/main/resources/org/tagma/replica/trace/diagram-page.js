// The overview strip, the panel, and what the user does.
const panel = document.getElementById("panel"), tip = document.getElementById("tip");
const place = e => view.axis === "time" ? D.t[e] : step[e];
const html = value => String(value).replace(/[&<>"]/g, c => "&#" + c.charCodeAt(0) + ";");
const link = e => '<button class="go" data-event="' + e + '">' + nameOf(e) + "</button>";

function paintOverview() {
  const [g, width, height] = prepare(overview), columns = Math.max(1, Math.floor(width - 2)), counts = new Float64Array(columns);
  const columnOf = e => Math.min(columns - 1, Math.floor(place(e) / (end() || 1) * columns));
  let most = 1;
  for (let e = 0; e < N; e++) if (isShown(e)) most = Math.max(most, ++counts[columnOf(e)]);
  g.fillStyle = colors.lane;
  for (let i = 0; i < columns; i++) {
    const bar = counts[i] ? 2 + (height - 16) * Math.sqrt(counts[i] / most) : 0;
    g.globalAlpha = .55;
    g.fillRect(1 + i, height - bar - 3, 1, bar);
  }
  g.globalAlpha = 1;
  for (let e = 0; e < N; e++) {
    const kind = D.kinds[D.k[e]], mark = kind === "view" && index[e] > 3 ? colors.accent
      : kind === "crash" || kind === "halt" || kind === "evidence" ? colors.bad : kind === "pause" ? colors.warn : "";
    if (mark) {
      g.fillStyle = mark;
      g.fillRect(1 + columnOf(e), 3, 2, height - 6);
    }
  }
  const left = 1 + view.from / (end() || 1) * columns, wide = (view.width - GUTTER) / view.scale / (end() || 1) * columns;
  g.fillStyle = g.strokeStyle = colors.accent;
  g.globalAlpha = .14;
  g.fillRect(left, 1, Math.max(3, wide), height - 2);
  g.globalAlpha = .9;
  g.strokeRect(left, 1.5, Math.max(3, wide), height - 3);
  g.globalAlpha = 1;
}

let scheduled = false;
function repaint() {
  if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(() => { scheduled = false; paint(); });
  }
}

function showRange(from, to) {
  const wide = Math.max(1, view.width - GUTTER - 40);
  view.scale = Math.min(view.axis === "time" ? 40 : 160, wide / Math.max(to - from, view.axis === "time" ? 20 : 4));
  view.from = Math.max(from, -40 / view.scale);
  repaint();
}
function fit() { showRange(0, end()); }

/** The beginning, at a size at which single messages can be told apart. */
function showStart() {
  let count = 0, last = N - 1;
  const first = Math.max(0, D.k.indexOf(KIND.call));
  for (let e = first; e < N; e++) if (isShown(e) && ++count === 130) { last = e; break; }
  const from = N ? place(first) : 0, to = N ? place(last) : 1;
  showRange(from - (to - from) * .05, to);
}

function zoom(factor, x = GUTTER + (view.width - GUTTER) / 2) {
  const unit = unitAt(x), widest = (view.width - GUTTER - 40) / (end() || 1);
  view.scale = Math.max(Math.min(widest, 1) * .8, Math.min(view.axis === "time" ? 400 : 400, view.scale * factor));
  view.from = unit - (x - GUTTER) / view.scale;
  repaint();
}
function pan(pixels) {
  view.from = Math.max(-60 / view.scale, Math.min(end() - 60 / view.scale, view.from + pixels / view.scale));
  repaint();
}
function bring(e) {
  const x = xOf(e);
  if (x < GUTTER + 40 || x > view.width - 60) view.from = place(e) - (view.width - GUTTER) / 2 / view.scale;
  repaint();
}

function choose(a, b = -1) {
  const turned = a >= 0 && b >= 0 && relation(a, b) === "after";
  chosen.a = a;
  chosen.b = b;
  chosen.path = a >= 0 && b >= 0 && a !== b && relation(a, b) !== "concurrent" ? turned ? pathBetween(b, a) : pathBetween(a, b) : [];
  chosen.onPath = new Set(chosen.path);
  history.replaceState(null, "", a < 0 ? "#" : "#select=" + nameOf(a) + (b < 0 ? "" : "," + nameOf(b)));
  describeChosen();
  repaint();
}

function eventDetails(e, mark) {
  const { what, summary, remark } = describe(e), rows = [["time", millis(D.t[e])]];
  if (summary) rows.push(["about", summary]);
  if (remark) rows.push(["remark", remark]);
  if (text(D.h[e])) rows.push(["state", text(D.h[e])]);
  const clock = D.processes.map((name, process) => name + " " + clockOf(e, process)).filter((_, p) => clockOf(e, p)).join(" · ");
  let more = "";
  if (D.c[e] >= 0) more = "<dt>sent</dt><dd>" + link(D.c[e]) + "</dd>";
  if (D.k[e] === KIND.send) {
    const receipts = messages.filter(receipt => D.c[receipt] === e);
    const lost = D.losses.filter(loss => loss[0] === e).map(([, to, why]) => (D.processes[to] ?? "elsewhere") + ": " + text(why));
    if (receipts.length) more += "<dt>arrives</dt><dd>" + receipts.map(link).join(" ") + "</dd>";
    if (lost.length) more += "<dt>does not</dt><dd>" + html(lost.join("; ")) + "</dd>";
  }
  return "<section><h2>" + (mark ? mark + " &nbsp;" : "") + link(e) + " " + html(what) + "</h2><dl>"
    + rows.map(([key, value]) => "<dt>" + key + "</dt><dd>" + html(value) + "</dd>").join("") + more
    + '<dt>clock</dt><dd class="clock">' + clock + "</dd></dl></section>";
}

function describeChosen() {
  const { a, b, path } = chosen;
  if (a < 0) {
    panel.innerHTML = legend();
    return;
  }
  let page = "";
  if (b >= 0) {
    const how = relation(a, b), names = [nameOf(a), nameOf(b)];
    const hops = path.filter((e, i) => i > 0 && D.c[e] === path[i - 1]).length;
    const verdict = how === "same" ? "one event" : how === "before" ? names[0] + " happened before " + names[1]
      : how === "after" ? names[1] + " happened before " + names[0] : names.join(" and ") + " are concurrent";
    page += '<section><p class="verdict">' + verdict + "</p>";
    if (how === "concurrent") page += '<p class="soft">Neither can have influenced the other. What either may know of is not'
      + " faded.</p>";
    if (path.length) {
      page += '<p class="soft">' + (hops ? "along " + hops + (hops === 1 ? " message" : " messages") : "at one process") + "</p><ol>"
        + path.map((e, i) => "<li" + (i + 1 < path.length && D.c[path[i + 1]] === e ? ' class="hop"' : "") + ">" + link(e) + " "
          + html(describe(e).what) + "</li>").join("") + "</ol>";
    }
    page += "</section>";
  }
  page += eventDetails(a, b >= 0 ? "A" : "") + (b >= 0 ? eventDetails(b, "B") : "");
  if (b < 0) {
    const counts = { before: 0, after: 0, concurrent: 0, same: 0 };
    for (let e = 0; e < N; e++) counts[relation(e, a)]++;
    const row = (color, key, label) => '<dt style="color:var(--' + color + ')">━</dt><dd>' + counts[key].toLocaleString("en") + " events "
      + label + "</dd>";
    page += "<section><dl>" + row("past", "before", "before it: its past") + row("future", "after", "after it: its future")
      + row("line", "concurrent", "concurrent with it, faded") + '</dl><p class="soft" style="margin-top:8px">Choose a second event to see'
      + " how the two lie to each other.</p></section>";
  }
  panel.innerHTML = page;
}

function legend() {
  const icon = body => '<svg viewBox="-10 -8 20 16">' + body + "</svg>";
  const rows = [
    ['<circle r="4" fill="var(--t1)"/>', "a message is sent"], ['<circle r="3.6" fill="none" stroke="var(--t1)" stroke-width="1.5"/>', "it arrives"],
    ['<rect x="-4" y="-4" width="8" height="8" fill="var(--good)"/>', "a batch is committed, and executed"],
    ['<path d="M0-6 6 0 0 6-6 0z" fill="var(--accent)"/>', "the view, term or leader changes"],
    ['<path d="M0-6 6 0 0 6-6 0z" fill="var(--warn)"/>', "a checkpoint; a state is installed"],
    ['<path d="M-5-5 5 5M5-5-5 5" stroke="var(--bad)" stroke-width="2.5"/>', "a crash; dotted until the restart"],
    ['<path d="M-9 0H4" stroke="var(--bad)" stroke-dasharray="4 3"/><path d="M2-3 8 3M8-3 2 3" stroke="var(--bad)"/>', "a message is lost"],
    ['<path d="M-9 0H9" stroke="var(--t2)" stroke-dasharray="2 3" stroke-width="1.5"/>', "it comes a second time"],
    ['<path d="M-9 0H9" stroke="var(--bad)" stroke-dasharray="6 3" stroke-width="1.5"/>', "it is damaged or refused"],
    ['<path d="M-4-5 5 0-4 5z" fill="var(--text)"/>', "a client calls (and, turned round, gets its result)"]];
  return "<section><h2>" + N.toLocaleString("en") + " events, " + messages.length.toLocaleString("en") + " messages</h2>"
    + '<p class="soft">' + P + " processes, " + millis(lastTime) + (D.wall ? " by their own clocks" : " of virtual time") + "</p></section>"
    + '<section><h2>What is what</h2><div class="legend">' + rows.map(([body, label]) => icon(body) + "<span>" + label + "</span>").join("")
    + "</div></section><section><h2>What to do</h2><p>Click an event to see its past and future; click a second one to see whether one"
    + ' happened before the other, and along which messages.</p><p class="soft" style="margin-top:6px">Drag or <kbd>←</kbd> <kbd>→</kbd> move,'
    + " wheel or <kbd>+</kbd> <kbd>−</kbd> zoom, <kbd>0</kbd> shows all, <kbd>,</kbd> <kbd>.</kbd> step along a process, <kbd>Esc</kbd> forgets"
    + " the choice.</p></section>";
}

/** The event under the pointer, or -1. */
function eventAt(x, y) {
  let best = -1, least = 14 * 14;
  for (let process = 0; process < P; process++) {
    const dy = yOf(process) - y;
    if (Math.abs(dy) > 14) continue;
    const events = byProcess[process];
    for (let i = firstInSight(events); i < events.length; i++) {
      const dx = xOf(events[i]) - x;
      if (dx > 14) break;
      if (isShown(events[i]) && dx * dx + dy * dy * .5 < least) {
        least = dx * dx + dy * dy * .5;
        best = events[i];
      }
    }
  }
  return best;
}

let drag = null;
canvas.addEventListener("pointerdown", event => {
  drag = { x: event.clientX, from: event.clientX, moved: false };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", event => {
  if (drag) {
    drag.moved ||= Math.abs(event.clientX - drag.from) > 4;
    if (drag.moved) {
      canvas.classList.add("dragging");
      pan(drag.x - event.clientX);
    }
    drag.x = event.clientX;
    return;
  }
  const over = eventAt(event.offsetX, event.offsetY);
  canvas.classList.toggle("over", over >= 0);
  if (over !== chosen.over) {
    chosen.over = over;
    repaint();
  }
  tip.hidden = over < 0;
  if (over >= 0) {
    const { what, summary, remark } = describe(over);
    tip.innerHTML = "<b>" + nameOf(over) + "</b> " + html(what) + "<br><span>" + millis(D.t[over])
      + (summary ? " · " + html(summary) : "") + (remark ? " · " + html(remark) : "") + "</span>";
    const box = canvas.getBoundingClientRect();
    tip.style.left = Math.min(event.offsetX + 16, box.width - tip.offsetWidth - 8) + "px";
    tip.style.top = canvas.offsetTop + Math.min(event.offsetY + 16, box.height - tip.offsetHeight - 8) + "px";
  }
});
canvas.addEventListener("pointerup", event => {
  const clicked = drag && !drag.moved;
  drag = null;
  canvas.classList.remove("dragging");
  if (clicked) {
    const e = eventAt(event.offsetX, event.offsetY);
    if (e < 0 || chosen.b >= 0 || chosen.a < 0) choose(e);
    else choose(chosen.a, e === chosen.a ? -1 : e);
  }
});
canvas.addEventListener("pointerleave", () => { tip.hidden = true; chosen.over = -1; repaint(); });
canvas.addEventListener("wheel", event => {
  event.preventDefault();
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) pan(event.deltaX || event.deltaY);
  else zoom(Math.exp(-event.deltaY * .0022), event.offsetX);
}, { passive: false });
const jump = event => {
  if (event.buttons) {
    view.from = event.offsetX / overview.clientWidth * end() - (view.width - GUTTER) / 2 / view.scale;
    repaint();
  }
};
overview.addEventListener("pointerdown", event => { overview.setPointerCapture(event.pointerId); jump(event); });
overview.addEventListener("pointermove", jump);
panel.addEventListener("click", event => {
  const e = event.target.dataset?.event;
  if (e !== undefined) bring(+e);
});

document.addEventListener("keydown", event => {
  if (event.target.tagName === "INPUT") return;
  const along = by => {
    const e = chosen.b >= 0 ? chosen.b : chosen.a, shown = e < 0 ? [] : byProcess[D.p[e]].filter(isShown);
    const next = shown[shown.indexOf(e) + by];
    if (next !== undefined) { chosen.b >= 0 ? choose(chosen.a, next) : choose(next); bring(next); }
  };
  const action = { ArrowLeft: () => pan(-120), ArrowRight: () => pan(120), "+": () => zoom(1.5), "=": () => zoom(1.5),
    "-": () => zoom(1 / 1.5), 0: fit, Escape: () => choose(-1), ",": () => along(-1), ".": () => along(1) }[event.key];
  if (action && !event.ctrlKey && !event.metaKey) { event.preventDefault(); action(); }
});

function setAxis(axis) {
  const middle = byProcess.flat().filter(isShown).reduce((best, e) =>
    Math.abs(xOf(e) - view.width / 2) < Math.abs(xOf(best) - view.width / 2) ? e : best, 0);
  const again = view.axis !== axis && view.width > 0;
  view.axis = axis;
  for (const each of ["time", "order"]) document.getElementById("axis-" + each).setAttribute("aria-pressed", each === axis);
  if (again) {
    view.scale = axis === "order" ? 26 : Math.min(40, (view.width - GUTTER) / Math.max(20, Math.min(4000, lastTime)));
    view.from = place(middle) - (view.width - GUTTER) / 2 / view.scale;
    repaint();
  }
}
document.getElementById("axis-time").onclick = () => setAxis("time");
document.getElementById("axis-order").onclick = () => setAxis("order");
document.getElementById("in").onclick = () => zoom(1.6);
document.getElementById("out").onclick = () => zoom(1 / 1.6);
document.getElementById("fit").onclick = fit;
document.getElementById("find").addEventListener("keydown", event => {
  if (event.key !== "Enter") return;
  const wanted = event.target.value.trim(), named = parseName(wanted);
  const after = chosen.b >= 0 ? chosen.b : chosen.a;
  const says = e => (describe(e).what + " " + describe(e).summary + " " + text(D.x[e])).toLowerCase().includes(wanted.toLowerCase());
  let found = named;
  for (let i = 1; found < 0 && wanted && i <= N; i++) {
    const e = (after + i + N) % N;
    if (isShown(e) && says(e)) found = e;
  }
  event.target.style.borderColor = found < 0 ? "var(--bad)" : "";
  if (found >= 0) { choose(found); bring(found); }
});

const dark = matchMedia("(prefers-color-scheme: dark)");
function setTheme(name) {
  document.documentElement.dataset.theme = name;
  readColors();
  repaint();
}
document.getElementById("theme").onclick = () =>
  setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));

const filters = document.getElementById("filters");
for (const type of types) {
  const chip = document.createElement("button");
  chip.className = "chip";
  chip.style.setProperty("--chip", "var(" + colorOf(type) + ")");
  chip.innerHTML = "<i></i>" + html(type) + " <b>" + typeCounts.get(type).toLocaleString("en") + "</b>";
  chip.title = "Show or hide; with Shift, this type alone";
  const show = () => {
    chip.classList.toggle("off", hidden.has(type));
    chip.setAttribute("aria-pressed", !hidden.has(type));
  };
  chip.onclick = event => {
    if (event.shiftKey) types.forEach(each => each === type ? hidden.delete(each) : hidden.add(each));
    else hidden.has(type) ? hidden.delete(type) : hidden.add(type);
    filters.childNodes.forEach(each => each.show());
    arrange();
    repaint();
  };
  chip.show = show;
  show();
  filters.append(chip);
}

document.getElementById("about").textContent = D.about;
new ResizeObserver(paint).observe(canvas);
setTheme(dark.matches ? "dark" : "light");
const wish = new URLSearchParams(location.hash.slice(1));
setAxis(wish.get("axis") === "order" ? "order" : "time");
paint();
showStart();
const wished = (wish.get("select") || "").split(",").map(parseName).filter(e => e >= 0);
choose(wished[0] ?? -1, wished[1] ?? -1);
if (wished.length === 1) bring(wished[0]);
if (wished.length === 2) {
  const places = wished.map(place), margin = (Math.max(...places) - Math.min(...places)) * .15 + (view.axis === "time" ? 400 : 8);
  showRange(Math.max(0, Math.min(...places) - margin), Math.max(...places) + margin);
}
