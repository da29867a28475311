// Where a page could count only the newest of many rows, counts the others too: asks for a slice, adds it up, rests so
// that the server has time for everybody else, and asks for the next, until all are counted or the viewer stops it.
import { Figures } from "./charts.js";
import { makeTime } from "./times.js";

const SERIES_MAX = 6; // values with a colour of their own
const TOP_MAX = 8; // entries of a list
const VALUES_MAX = 5000; // of a column; what goes beyond is "others"
const FILTER_MAX = 159; // bytes
const SLICES_AT_ONCE = 100; // about a million rows; then a button goes on
const REST = 3; // times as long as the answer took

const numbers = new Intl.NumberFormat();
const pause = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));
const sum = (counts) => counts.reduce((all, count) => all + count, 0);
const byFrequency = (a, b) => b.total - a.total || (a.text < b.text ? -1 : 1);

/** Nothing is asked for while nobody looks. */
function beSeen() {
  return document.hidden
    ? new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true })).then(beSeen)
    : Promise.resolve();
}

async function ask(path) {
  const response = await fetch(path);
  if (!response.ok) {
    throw new Error(`status ${response.status}`);
  }
  return response.json();
}

/** What was counted so far. */
class Sum {
  constructor() {
    Object.assign(this, { total: 0, steps: 0, others: [], values: new Map(), lists: new Map(), early: [], upto: null });
  }

  /** Add to some steps: [step, count, …]. */
  static addSteps(counts, pairs) {
    for (let i = 0; i < pairs.length; i += 2) {
      counts[pairs[i]] = (counts[pairs[i]] ?? 0) + pairs[i + 1];
    }
  }

  countsOf(text) {
    if (!this.values.has(text) && this.values.size >= VALUES_MAX) {
      return this.others;
    }
    if (!this.values.has(text)) {
      this.values.set(text, []);
    }
    return this.values.get(text);
  }

  addList({ name, values }) {
    const list = this.lists.get(name) ?? new Map();
    this.lists.set(name, list);
    values.filter(({ raw }) => list.has(raw) || list.size < VALUES_MAX).forEach(({ raw, text, count }) => {
      list.set(raw, { raw, text, total: (list.get(raw)?.total ?? 0) + count });
    });
  }

  add(slice) {
    Object.assign(this, { from: slice.from, step: slice.step, by: slice.by, upto: slice.upto });
    this.steps = Math.max(this.steps, slice.count);
    this.total += slice.total;
    Sum.addSteps(this.others, slice.others);
    slice.values.forEach(({ text, counts }) => Sum.addSteps(this.countsOf(text), counts));
    slice.tops.forEach((top) => this.addList(top));
    this.early.splice(0).forEach((row) => this.addRow(row));
  }

  /** A row that has just come: no slice has it, unless it came before the first was asked for. */
  addRow(row) {
    if (this.upto === null) {
      this.early.push(row);
      return;
    }
    const at = Math.floor((row.checktime - this.from) / this.step);
    if (row.id > this.upto) {
      this.total += 1;
    }
    if (row.id > this.upto && at >= 0 && at < 2 * this.steps) {
      const text = this.by === "" ? "rows" : row.cells.find((cell) => cell.name === this.by)?.text ?? "";
      Sum.addSteps(this.countsOf(text), [at, 1]);
      this.steps = Math.max(this.steps, at + 1);
    }
  }

  /** The columns of the chart: the most frequent values, then all others together. */
  series() {
    const ranked = [...this.values].map(([text, counts]) => ({ text, counts, total: sum(counts) })).sort(byFrequency);
    const others = [...this.others];
    ranked.splice(SERIES_MAX).forEach(({ counts }) => counts.forEach((count, at) => Sum.addSteps(others, [at, count])));
    const shown = ranked.map(({ text, counts }) => ({ name: text === "" ? "(none)" : text, counts, isOthers: false }));
    return others.length > 0 ? [...shown, { name: "others", counts: others, isOthers: true }] : shown;
  }

  top(name) {
    return [...this.lists.get(name)?.values() ?? []].sort(byFrequency).slice(0, TOP_MAX);
  }
}

/** The address of the rows that have a value, of one too long for that, of those that contain how it begins. */
function pathOf(name, raw) {
  const address = new URL(window.location.href);
  const bytes = (text) => new TextEncoder().encode(text).length;
  let filter = `=${raw}`;
  if (bytes(filter) > FILTER_MAX) {
    const letters = [...raw];
    while (bytes(letters.join("")) > FILTER_MAX) {
      letters.pop();
    }
    filter = letters.join("");
  }
  address.searchParams.delete("before");
  address.searchParams.set(`f.${name}`, filter);
  return address;
}

function makeEntry(name, { raw, text, total }, most) {
  const entry = document.createElement("li");
  const link = document.createElement("a");
  const meter = document.createElement("meter");
  const count = document.createElement("span");
  link.className = "value";
  link.href = pathOf(name, raw);
  link.textContent = text;
  Object.assign(meter, { min: 0, max: most, value: total });
  meter.setAttribute("aria-label", `${total} rows`);
  count.className = "count";
  count.textContent = total;
  entry.append(link, meter, count);
  return entry;
}

/** One chart, the lists beside it, and the line that tells how far the counting is. */
class Counting {
  constructor(line) {
    const figure = line.closest("figure");
    Object.assign(this, { line, figure, figures: new Figures(figure), sum: new Sum(), next: line.dataset.path });
    this.said = line.querySelector("p");
    this.button = line.querySelector("button");
    this.page = figure.closest(".charts"); // a window of the overview has neither lists nor a total
    this.button.addEventListener("click", () => (this.isRunning ? this.stop() : this.run()));
    figure.addEventListener("rows", (event) => event.detail.forEach((row) => this.sum.addRow(row)));
  }

  stop() {
    this.isRunning = false;
  }

  async run() {
    this.isRunning = true;
    Object.assign(this.button, { hidden: false, textContent: "Stop" });
    try {
      for (let asked = 0; this.isRunning && this.next && asked < SLICES_AT_ONCE; asked += 1) {
        await this.takeSlice();
      }
    } catch {
      this.said.append(" The server did not answer.");
    }
    this.isRunning = false;
    this.button.textContent = "Count on";
    if (!this.next) {
      this.line.remove();
      document.querySelector("#newest-only")?.remove();
    }
  }

  async takeSlice() {
    await beSeen();
    const begun = performance.now();
    const slice = await ask(this.next);
    const took = performance.now() - begun;
    this.next = slice.next;
    this.sum.add(slice);
    this.show(slice);
    await pause(REST * took);
  }

  show(slice) {
    const { sum: counted, page } = this;
    this.figures.fill(counted.from, counted.step, counted.steps, counted.series());
    this.figure.dispatchEvent(new CustomEvent("counted"));
    this.said.replaceChildren(`Counted ${numbers.format(counted.total)} rows, back to `, makeTime(slice.reached), ".");
    page?.querySelector("#row-count").replaceChildren(counted.total);
    page?.querySelectorAll("[data-name]").forEach((list) => {
      const entries = counted.top(list.dataset.name);
      list.replaceChildren(...entries.map((entry) => makeEntry(list.dataset.name, entry, entries[0].total)));
    });
  }
}

/** One after the other: several at a time would leave the server less time for others. */
export async function startCounts(root) {
  const all = [...root.querySelectorAll(".counting")].map((line) => new Counting(line));
  for (const counting of all) {
    await counting.run();
  }
}
