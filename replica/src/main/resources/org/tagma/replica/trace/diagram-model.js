"use strict";
// The trace, and what can be asked of it. Events are numbers: their places in the columns, causes before effects.
const D = JSON.parse(document.getElementById("data").textContent);
const N = D.t.length, P = D.processes.length;
const KIND = Object.fromEntries(D.kinds.map((name, number) => [name, number]));
const text = number => D.texts[number];
const index = new Int32Array(N);           // an event's number at its process, from 1
const byProcess = D.processes.map(() => []);
for (let e = 0; e < N; e++) {
  byProcess[D.p[e]].push(e);
  index[e] = byProcess[D.p[e]].length;
}
const nameOf = e => D.processes[D.p[e]] + ":" + index[e];
const clockOf = (e, process) => D.clocks[e * P + process];
const messages = [];                       // receipts whose sending is known
for (let e = 0; e < N; e++) if (D.c[e] >= 0) messages.push(e);
const typeOf = e => text(D.type[e]);
const lastTime = D.t.reduce((a, b) => Math.max(a, b), 0);

const typeCounts = new Map();
for (let e = 0; e < N; e++) {
  if (D.k[e] === KIND.send) typeCounts.set(typeOf(e), (typeCounts.get(typeOf(e)) || 0) + 1);
  else if (D.k[e] === KIND.receive && !typeCounts.has(typeOf(e))) typeCounts.set(typeOf(e), 0);
}
const COLORS = { REQUEST: 0, PRE_PREPARE: 1, PREPARE: 2, COMMIT: 3, REPLY: 4, CHECKPOINT: 5, VIEW_CHANGE: 6, NEW_VIEW: 7,
  STATUS: 8, COMMITTED: 10, STABLE_CHECKPOINT: 9, QUERY: 11, APPEND_ENTRIES: 1, APPEND_ENTRIES_REPLY: 2, REQUEST_VOTE: 6,
  REQUEST_VOTE_REPLY: 7, INSTALL_SNAPSHOT: 5, READ_INDEX: 10, READ_INDEX_REPLY: 11, TIMEOUT_NOW: 9 };
const ORDER = Object.keys(COLORS);
const types = [...typeCounts.keys()].sort((a, b) => {
  const rank = type => (ORDER.indexOf(type) + 100) % 100 || (ORDER[0] === type ? 0 : 99);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
});
const colorOf = type => "--t" + (type in COLORS ? COLORS[type] : 9 + [...type].reduce((a, c) => a + c.charCodeAt(0), 0) % 3);
const hidden = new Set(types.filter(type => type === "STATUS"));
const isShown = e => !D.type[e] || !hidden.has(typeOf(e));

/** "same", "before", "after" or "concurrent": by the vector clocks. */
function relation(a, b) {
  if (a === b) return "same";
  if (clockOf(b, D.p[a]) >= index[a]) return "before";
  return clockOf(a, D.p[b]) >= index[b] ? "after" : "concurrent";
}

/** The events on the way with the fewest messages from a to b, where a is before b. */
function pathBetween(a, b) {
  const reached = new Array(P).fill(Infinity);
  reached[D.p[a]] = index[a];
  const arrivals = [];
  while (reached[D.p[b]] > index[b]) {
    const before = reached.slice(), arrival = new Array(P).fill(-1);
    for (const receipt of messages) {
      const sending = D.c[receipt];
      if (index[receipt] < reached[D.p[receipt]] && index[sending] >= before[D.p[sending]]) {
        reached[D.p[receipt]] = index[receipt];
        arrival[D.p[receipt]] = receipt;
      }
    }
    arrivals.push(arrival);
  }
  const path = [b];
  let process = D.p[b];
  for (const arrival of arrivals.reverse()) {
    const receipt = arrival[process];
    if (receipt >= 0) {
      if (path[0] !== receipt) path.unshift(receipt);
      path.unshift(D.c[receipt]);
      process = D.p[D.c[receipt]];
    }
  }
  if (path[0] !== a) path.unshift(a);
  return path;
}

function parseName(name) {
  const parts = /^([rc]\d+):(\d+)$/.exec(name.trim());
  const process = parts ? D.processes.indexOf(parts[1]) : -1;
  return process < 0 ? -1 : byProcess[process][parts[2] - 1] ?? -1;
}

function describe(e) {
  const summary = text(D.s[e]);
  const what = D.k[e] === KIND.send ? "sends " + typeOf(e) + " to " + text(D.to[e])
    : D.k[e] === KIND.receive ? "receives " + typeOf(e) + " from " + text(D.from[e]) : D.kinds[D.k[e]];
  return { what, summary, remark: text(D.x[e]) };
}

const millis = micros => (micros / 1000).toLocaleString("en", { minimumFractionDigits: 3, maximumFractionDigits: 3 }) + " ms";

// Where events stand on the horizontal axis, in units of the axis: microseconds, or steps of causal order.
const slot = new Float64Array(N);          // events of one instant at one process stand side by side
const step = new Float64Array(N);
let lastStep = 0;
function arrange() {
  const last = new Array(P).fill(-1);
  lastStep = 0;
  for (let e = 0; e < N; e++) {
    const before = last[D.p[e]], own = isShown(e) ? 1 : 0;
    slot[e] = before >= 0 && D.t[before] === D.t[e] ? slot[before] + own : 0;
    step[e] = Math.max(before >= 0 ? step[before] : 0, D.c[e] >= 0 ? step[D.c[e]] : 0) + own;
    lastStep = Math.max(lastStep, step[e]);
    last[D.p[e]] = e;
  }
}
arrange();
