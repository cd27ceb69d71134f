// Painting. Only what is in sight is drawn, so that a long run moves as smoothly as a short one.
const canvas = document.getElementById("diagram"), overview = document.getElementById("overview");
const GUTTER = 62, TOP = 30, BOTTOM = 18, SLOT = 7;
const view = { axis: "time", from: 0, scale: 1, width: 0, height: 0 };   // from: leftmost unit; scale: pixels a unit
const chosen = { a: -1, b: -1, path: [], onPath: new Set(), over: -1 };
let colors = {};

function readColors() {
  const style = getComputedStyle(document.documentElement);
  colors = {};
  for (const name of ["text", "soft", "line", "lane", "grid", "accent", "past", "future", "bad", "good", "warn", "halo", "card"])
    colors[name] = style.getPropertyValue("--" + name).trim();
  for (const type of types) colors[type] = style.getPropertyValue(colorOf(type)).trim();
}

const end = () => view.axis === "time" ? lastTime : lastStep;
const xOf = e => view.axis === "time"
  ? GUTTER + (D.t[e] - view.from) * view.scale + slot[e] * SLOT : GUTTER + (step[e] - view.from) * view.scale;
const yOf = process => TOP + (process + .5) * (view.height - TOP - BOTTOM) / P;
const unitAt = x => view.from + (x - GUTTER) / view.scale;

function prepare(target) {
  const ratio = window.devicePixelRatio || 1, box = target.getBoundingClientRect();
  target.width = Math.round(box.width * ratio);
  target.height = Math.round(box.height * ratio);
  const g = target.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, box.width, box.height);
  return [g, box.width, box.height];
}

/** How strongly an event is drawn: what has nothing to do with the chosen one steps back. */
function weight(e) {
  if (chosen.a < 0) return 1;
  if (chosen.path.length) return chosen.onPath.has(e) ? 1 : .16;
  if (chosen.b >= 0) return [chosen.a, chosen.b].some(each => ["same", "before"].includes(relation(e, each))) ? 1 : .22;
  return relation(e, chosen.a) === "concurrent" ? .22 : 1;
}

function paint() {
  const [g, width, height] = prepare(canvas);
  view.width = width;
  view.height = height;
  paintAxis(g, width, height);
  paintLanes(g, width);
  paintCones(g, width);
  g.save();
  g.beginPath();
  g.rect(GUTTER - 8, 0, width - GUTTER + 8, height);
  g.clip();
  const inSight = visibleMessages(width);
  paintLosses(g, width);
  paintMessages(g, inSight);
  paintEvents(g, width);
  paintPath(g);
  paintChosen(g);
  g.restore();
  paintNames(g, height);
  paintOverview();
}

function paintAxis(g, width, height) {
  const raw = 110 / view.scale, power = 10 ** Math.floor(Math.log10(raw));
  const unit = Math.max(view.axis === "order" ? 1 : 0, [1, 2, 5, 10].map(f => f * power).find(each => each >= raw));
  g.font = "11px system-ui, sans-serif";
  g.textAlign = "left";
  g.textBaseline = "middle";
  for (let at = Math.max(0, Math.ceil(view.from / unit) * unit); ; at += unit) {
    const x = GUTTER + (at - view.from) * view.scale;
    if (x > width || at > end() + unit) break;
    g.strokeStyle = colors.grid;
    g.beginPath();
    g.moveTo(x, TOP - 8);
    g.lineTo(x, height);
    g.stroke();
    g.fillStyle = colors.soft;
    const label = view.axis === "order" ? "step " + at : unit >= 1e6 ? at / 1e6 + " s" : +(at / 1000).toFixed(3) + " ms";
    g.fillText(label, x + 3, 13);
  }
}

/** The line of each process: thin where it is down, thick where it is paused. */
function paintLanes(g, width) {
  for (let process = 0; process < P; process++) {
    const y = yOf(process), events = byProcess[process];
    let x = GUTTER, state = "up";
    const draw = to => {
      if (to <= x) return;
      g.strokeStyle = state === "down" ? colors.bad : state === "paused" ? colors.warn : colors.lane;
      g.lineWidth = state === "paused" ? 4 : 1.4;
      g.setLineDash(state === "down" ? [2, 5] : []);
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(to, y);
      g.stroke();
      x = to;
    };
    for (const e of events) {
      const next = D.k[e] === KIND.crash || D.k[e] === KIND.halt ? "down" : D.k[e] === KIND.pause ? "paused"
        : D.k[e] === KIND.start || D.k[e] === KIND.resume ? "up" : state;
      if (next !== state) {
        draw(Math.min(width, Math.max(GUTTER, xOf(e))));
        state = next;
      }
    }
    draw(Math.min(width, Math.max(GUTTER, GUTTER + (end() - view.from) * view.scale + 14)));
    g.setLineDash([]);
    g.lineWidth = 1;
  }
}

/** With one event chosen: on each line, what it may know of, and what may know of it. */
function paintCones(g, width) {
  if (chosen.a < 0 || chosen.b >= 0) return;
  g.lineWidth = 5;
  g.globalAlpha = .5;
  for (let process = 0; process < P; process++) {
    const events = byProcess[process], known = clockOf(chosen.a, process), y = yOf(process);
    const draw = (from, to, color) => {
      g.strokeStyle = color;
      g.beginPath();
      g.moveTo(Math.max(GUTTER, from), y);
      g.lineTo(Math.max(GUTTER, Math.min(width, to)), y);
      g.stroke();
    };
    if (known) draw(GUTTER, xOf(events[known - 1]), colors.past);
    const first = firstThat(events, e => e === chosen.a || relation(e, chosen.a) === "after");
    if (first < events.length) draw(xOf(events[first]), xOf(events[events.length - 1]), colors.future);
  }
  g.globalAlpha = 1;
  g.lineWidth = 1;
}

/** The first of the events for which something holds that then holds for all after it. */
function firstThat(events, holds) {
  let low = 0, high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(events[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

function visibleMessages(width) {
  const inSight = [];
  for (const receipt of messages) {
    if (isShown(receipt)) {
      const from = xOf(D.c[receipt]), to = xOf(receipt);
      if (Math.max(from, to) > GUTTER - 20 && Math.min(from, to) < width + 20) inSight.push(receipt);
    }
  }
  return inSight;
}

function arrow(g, x1, y1, x2, y2, head) {
  const angle = Math.atan2(y2 - y1, x2 - x1), tip = 3.5;
  const endX = x2 - tip * Math.cos(angle), endY = y2 - tip * Math.sin(angle);
  g.beginPath();
  g.moveTo(x1, y1);
  g.lineTo(endX, endY);
  g.stroke();
  if (head) {
    g.beginPath();
    g.moveTo(endX, endY);
    g.lineTo(endX - 7 * Math.cos(angle - .36), endY - 7 * Math.sin(angle - .36));
    g.lineTo(endX - 7 * Math.cos(angle + .36), endY - 7 * Math.sin(angle + .36));
    g.fill();
  }
}

function paintMessages(g, inSight) {
  const few = inSight.length < 700, labelled = inSight.length < 70;
  g.lineWidth = inSight.length > 4000 ? .6 : 1.15;
  const labels = [];
  for (const receipt of inSight) {
    const sending = D.c[receipt], remark = text(D.x[receipt]);
    g.globalAlpha = Math.min(weight(sending), weight(receipt)) * (inSight.length > 4000 ? .5 : .85);
    g.strokeStyle = g.fillStyle = remark.includes("damaged") || remark.includes("refused") ? colors.bad : colors[typeOf(receipt)];
    g.setLineDash(remark.includes("duplicate") || remark.includes("replayed") ? [2, 3] : remark ? [6, 3] : []);
    const x1 = xOf(sending), y1 = yOf(D.p[sending]), x2 = xOf(receipt), y2 = yOf(D.p[receipt]);
    arrow(g, x1, y1, x2, y2, few);
    if (labelled && Math.abs(x2 - x1) > 90) labels.push([receipt, x1, y1, x2, y2]);
  }
  g.setLineDash([]);
  g.font = "600 10px system-ui, sans-serif";
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.lineWidth = 4;
  const taken = [];
  for (const [receipt, x1, y1, x2, y2] of labels) {
    const x = (x1 + x2) / 2, y = (y1 + y2) / 2;
    if (taken.some(([otherX, otherY]) => Math.abs(x - otherX) < 52 && Math.abs(y - otherY) < 26)) continue;
    taken.push([x, y]);
    g.save();
    g.globalAlpha = Math.min(weight(D.c[receipt]), weight(receipt));
    g.translate(x, y);
    const angle = Math.atan2(y2 - y1, x2 - x1);
    g.rotate(Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle);
    g.strokeStyle = colors.halo;
    g.strokeText(typeOf(receipt), 0, -7);
    g.fillStyle = colors[typeOf(receipt)];
    g.fillText(typeOf(receipt), 0, -7);
    g.restore();
  }
  g.globalAlpha = 1;
  g.lineWidth = 1;
}

/** What never arrived stops on its way: with a cross if it is known to be lost. */
function paintLosses(g, width) {
  for (const [sending, to, why] of D.losses) {
    const x = xOf(sending);
    if (!isShown(sending) || to < 0 || x < GUTTER - 40 || x > width + 10) continue;
    const reason = text(why), lost = !reason.startsWith("never") && !reason.startsWith("the receiver kept");
    const y = yOf(D.p[sending]), dy = (yOf(to) - y) * .42, dx = Math.min(34, Math.abs(dy) * .5);
    g.globalAlpha = weight(sending) * (lost ? .9 : .35);
    g.strokeStyle = lost ? colors.bad : colors[typeOf(sending)];
    g.setLineDash([4, 3]);
    g.beginPath();
    g.moveTo(x, y);
    g.lineTo(x + dx, y + dy);
    g.stroke();
    g.setLineDash([]);
    if (lost) cross(g, x + dx, y + dy, 3.5);
  }
  g.globalAlpha = 1;
}

function cross(g, x, y, r) {
  g.beginPath();
  g.moveTo(x - r, y - r);
  g.lineTo(x + r, y + r);
  g.moveTo(x + r, y - r);
  g.lineTo(x - r, y + r);
  g.stroke();
}

function firstInSight(events) {
  return firstThat(events, e => xOf(e) >= GUTTER - 30);
}

function paintEvents(g, width) {
  g.textBaseline = "alphabetic";
  for (let process = 0; process < P; process++) {
    const events = byProcess[process], y = yOf(process);
    let lastLabel = -1e9, lastX = -1e9;
    for (let i = firstInSight(events); i < events.length; i++) {
      const e = events[i], x = xOf(e);
      if (x > width + 30) break;
      if (!isShown(e)) continue;
      const crowded = x - lastX < 1.5;
      if (crowded && D.type[e]) continue;
      lastX = x;
      g.globalAlpha = weight(e);
      const label = paintEvent(g, e, x, y);
      if (label && x - lastLabel > 8 + label.length * 6.2) {
        g.font = "600 10.5px system-ui, sans-serif";
        g.textAlign = "center";
        g.lineWidth = 3;
        g.strokeStyle = colors.halo;
        g.strokeText(label, x, y - 12);
        g.fillText(label, x, y - 12);
        g.lineWidth = 1;
        lastLabel = x;
      }
    }
  }
  g.globalAlpha = 1;
}

/** Draws an event's mark; returns what may be written above it, in the mark's color. */
function paintEvent(g, e, x, y) {
  const kind = D.kinds[D.k[e]], summary = text(D.s[e]);
  const dot = (r, color, filled) => {
    g.beginPath();
    g.arc(x, y, r, 0, 7);
    g.fillStyle = filled ? color : colors.card;
    g.fill();
    g.strokeStyle = color;
    g.stroke();
    g.fillStyle = color;
  };
  const diamond = (r, color) => {
    g.fillStyle = color;
    g.beginPath();
    g.moveTo(x, y - r);
    g.lineTo(x + r, y);
    g.lineTo(x, y + r);
    g.lineTo(x - r, y);
    g.fill();
  };
  const bar = (color, up, down) => {
    g.fillStyle = color;
    g.fillRect(x - 1, y - up, 2, up + down);
  };
  const number = (/(?:sequence|view|term) (\d+)/.exec(summary) || [])[1];
  switch (kind) {
    case "send": dot(3, colors[typeOf(e)], true); return "";
    case "receive": dot(2.6, D.x[e] ? colors.bad : colors[typeOf(e)], false); return "";
    case "commit": g.fillStyle = colors.good; g.fillRect(x - 4, y - 4, 8, 8); return "#" + number;
    case "execute": bar(colors.good, 0, 7); return "";
    case "persist": bar(colors.soft, 0, 6); return "";
    case "checkpoint": case "install": diamond(5, colors.warn); return kind + " " + number;
    case "view": bar(colors.accent, 16, 16); diamond(5, colors.accent);
      return (summary.startsWith("term") ? "term " : "view ") + number;
    case "crash": case "halt": g.strokeStyle = colors.bad; g.lineWidth = 2.5; cross(g, x, y, 6); g.lineWidth = 1;
      g.fillStyle = colors.bad; return kind;
    case "start": bar(colors.good, 9, 9); return index[e] > 1 ? "restart" : "";
    case "pause": case "resume": bar(colors.warn, 8, 8); return kind;
    case "evidence": dot(4.5, colors.bad, true); return "evidence";
    case "note": dot(3.5, colors.accent, true); return "";
    case "call": case "return": {
      const out = kind === "call" ? 1 : -1;
      g.fillStyle = colors.text;
      g.beginPath();
      g.moveTo(x - 4 * out, y - 5);
      g.lineTo(x + 5 * out, y);
      g.lineTo(x - 4 * out, y + 5);
      g.fill();
      return "";
    }
    default: dot(3, colors.soft, true); return "";
  }
}

function paintPath(g) {
  g.lineWidth = 2.6;
  g.strokeStyle = g.fillStyle = colors.accent;
  for (let i = 1; i < chosen.path.length; i++) {
    const a = chosen.path[i - 1], b = chosen.path[i];
    if (D.p[a] === D.p[b]) arrow(g, xOf(a), yOf(D.p[a]), xOf(b) + 3.5, yOf(D.p[b]), false);
    else arrow(g, xOf(a), yOf(D.p[a]), xOf(b), yOf(D.p[b]), true);
  }
  g.lineWidth = 1;
}

function paintChosen(g) {
  for (const [e, mark] of [[chosen.over, ""], [chosen.a, "A"], [chosen.b, "B"]]) {
    if (e < 0) continue;
    const x = xOf(e), y = yOf(D.p[e]);
    g.strokeStyle = mark ? colors.accent : colors.soft;
    g.lineWidth = mark ? 2.2 : 1.4;
    g.beginPath();
    g.arc(x, y, 9, 0, 7);
    g.stroke();
    if (mark) {
      g.fillStyle = colors.accent;
      g.beginPath();
      g.arc(x, y + 21, 8.5, 0, 7);
      g.fill();
      g.fillStyle = colors.card;
      g.font = "700 11px system-ui, sans-serif";
      g.textAlign = "center";
      g.textBaseline = "middle";
      g.fillText(mark, x, y + 21.5);
    }
  }
  g.lineWidth = 1;
}

function paintNames(g, height) {
  g.fillStyle = colors.card;
  g.fillRect(0, 0, GUTTER - 9, height);
  g.textAlign = "right";
  g.textBaseline = "middle";
  g.font = "600 13px ui-monospace, SFMono-Regular, Menlo, monospace";
  for (let process = 0; process < P; process++) {
    g.fillStyle = colors.text;
    g.fillText(D.processes[process], GUTTER - 20, yOf(process));
  }
}
