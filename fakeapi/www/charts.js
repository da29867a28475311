// Draws each chart from the table of figures that comes with it, with Chart.js, which is loaded only where there is
// one. Dragging over a chart of the rows' page selects a range of time.
import { makeTime } from "./times.js";

const SERIES_MAX = 7;
const BUCKETS_MAX = 120;
const DAY_MS = 86400000;

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const loadLibrary = () => import("./chart.js").then(() => globalThis.Chart);

/** How a bucket is called on the axis: days without a time, shorter ones with. */
function label(from, step) {
  const options = step >= DAY_MS ? { month: "short", day: "numeric" }
    : { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: step < 60000 ? "2-digit" : undefined,
        hourCycle: "h23" };
  return new Intl.DateTimeFormat(undefined, options).format(new Date(from));
}

function timeOf(from) {
  const iso = new Date(from).toISOString();
  const exact = `${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`;
  return makeTime({ iso, utc: exact.slice(0, 19), exact });
}

/** The figures of one chart: the table is where they are kept. */
export class Figures {
  constructor(figure) {
    this.figure = figure;
    this.table = figure.querySelector("table");
    this.by = figure.dataset.by;
  }

  get step() {
    return Number(this.figure.dataset.step);
  }

  get heads() {
    return [...this.table.tHead.rows[0].cells].slice(1);
  }

  get rows() {
    return [...this.table.tBodies[0].rows];
  }

  series() {
    return this.heads.map((head, index) => ({
      name: head.textContent,
      isOthers: head.dataset.others === "true",
      counts: this.rows.map((row) => Number(row.cells[index + 1].textContent)),
    }));
  }

  buckets() {
    return this.rows.map((row) => Number(row.dataset.from));
  }

  /** The column of a value; one that is new gets its own while there is room. */
  columnOf(value) {
    const name = this.by === "" ? this.heads[0]?.textContent : value === "" ? "(none)" : value;
    const at = this.heads.findIndex((head) => head.textContent === name && head.dataset.others !== "true");
    if (at >= 0) {
      return at + 1;
    }
    const others = this.heads.findIndex((head) => head.dataset.others === "true");
    return others >= 0 ? others + 1 : this.addColumn(name);
  }

  addColumn(name, isOthers = this.heads.length >= SERIES_MAX - 1) {
    const head = document.createElement("th");
    head.scope = "col";
    head.className = "number";
    head.textContent = isOthers ? "others" : name;
    if (isOthers) {
      head.dataset.others = "true";
    }
    this.table.tHead.rows[0].append(head);
    this.rows.forEach((row) => this.addCell(row));
    return this.heads.length;
  }

  addCell(row) {
    const cell = row.insertCell();
    cell.className = "number";
    cell.textContent = "0";
  }

  addBucket(from) {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.append(timeOf(from));
    row.dataset.from = from;
    row.append(head);
    this.heads.forEach(() => this.addCell(row));
    this.table.tBodies[0].append(row);
    return row;
  }

  /** The bucket of a time; those up to a time that is newer than all are made. */
  bucketOf(time) {
    const found = this.rows.find((row) => time >= Number(row.dataset.from) && time < Number(row.dataset.from) + this.step);
    let last = this.rows.at(-1);
    if (found || !last || time < Number(last.dataset.from)) {
      return found;
    }
    const missing = Math.floor((time - Number(last.dataset.from)) / this.step);
    if (this.rows.length + missing > BUCKETS_MAX) {
      return undefined;
    }
    for (let i = 0; i < missing; i += 1) {
      last = this.addBucket(Number(last.dataset.from) + this.step);
    }
    return last;
  }

  /** Put other figures in place of all that there are: some steps of time, and series as series() gives them. */
  fill(from, step, count, series) {
    this.figure.dataset.step = step;
    this.heads.forEach((head) => head.remove());
    this.rows.forEach((row) => row.remove());
    series.forEach(({ name, isOthers }) => this.addColumn(name, isOthers));
    for (let i = 0; i < count; i += 1) {
      const cells = [...this.addBucket(from + i * step).cells].slice(1);
      cells.forEach((cell, index) => cell.replaceChildren(series[index].counts[i] ?? 0));
    }
  }

  /** Count a row that has just come. */
  add(row) {
    const value = row.cells.find((cell) => cell.name === this.by)?.text ?? "";
    const bucket = this.bucketOf(row.checktime);
    if (bucket) {
      const cell = bucket.cells[this.columnOf(value)];
      cell.textContent = Number(cell.textContent) + 1;
    }
  }
}

function colors(series) {
  return series.map((one, index) => color(one.isOthers ? "--series-others" : `--series-${index + 1}`));
}

function dataOf(figures) {
  const series = figures.series();
  const fill = colors(series);
  return {
    labels: figures.buckets().map((from) => label(from, figures.step)),
    datasets: series.map((one, index) => ({
      label: one.name, data: one.counts, backgroundColor: fill[index], stack: "rows",
      categoryPercentage: 0.9, barPercentage: 1, borderRadius: 2, maxBarThickness: 40,
    })),
  };
}

function options(hasLegend) {
  const soft = color("--soft");
  const line = color("--line");
  return {
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { display: hasLegend, position: "bottom", align: "start",
                labels: { color: color("--text"), boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 3 } },
      tooltip: { filter: (item) => item.raw > 0 },
    },
    scales: {
      x: { stacked: true, grid: { display: false }, border: { color: line }, ticks: { color: soft, maxRotation: 0, autoSkipPadding: 24 } },
      y: { stacked: true, beginAtZero: true, grid: { color: line }, ticks: { color: soft, precision: 0, maxTicksLimit: 6 } },
    },
  };
}

/** Dragging marks whole buckets; letting go shows only their time. */
class Selection {
  constructor(plot, chart, figures) {
    Object.assign(this, { plot, chart, figures, mark: plot.querySelector(".selection"), start: null });
    plot.addEventListener("pointerdown", (event) => this.begin(event));
    plot.addEventListener("pointermove", (event) => this.move(event));
    plot.addEventListener("pointerup", (event) => this.end(event));
    plot.addEventListener("pointercancel", () => this.cancel());
  }

  bucketAt(event) {
    const x = event.clientX - this.plot.getBoundingClientRect().left;
    const at = this.chart.scales.x.getValueForPixel(x);
    return Math.min(Math.max(at, 0), this.figures.rows.length - 1);
  }

  begin(event) {
    if (event.button === 0) {
      this.start = this.bucketAt(event);
      this.plot.setPointerCapture(event.pointerId);
    }
  }

  move(event) {
    if (this.start === null) {
      return;
    }
    const [first, last] = [this.start, this.bucketAt(event)].sort((a, b) => a - b);
    const scale = this.chart.scales.x;
    const half = scale.width / this.figures.rows.length / 2;
    this.mark.hidden = false;
    this.mark.style.left = `${scale.getPixelForValue(first) - half}px`;
    this.mark.style.width = `${scale.getPixelForValue(last) - scale.getPixelForValue(first) + 2 * half}px`;
  }

  end(event) {
    if (this.start === null) {
      return;
    }
    const isDragged = !this.mark.hidden;
    const [first, last] = [this.start, this.bucketAt(event)].sort((a, b) => a - b);
    const buckets = this.figures.buckets();
    this.cancel();
    if (isDragged) {
      const address = new URL(window.location.href);
      ["last", "before"].forEach((name) => address.searchParams.delete(name));
      address.searchParams.set("from", buckets[first]);
      address.searchParams.set("to", buckets[last] + this.figures.step);
      window.location.assign(address);
    }
  }

  cancel() {
    this.start = null;
    this.mark.hidden = true;
  }
}

function draw(Chart, figure) {
  const figures = new Figures(figure);
  const plot = figure.querySelector(".plot");
  plot.hidden = false;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const chart = new Chart(plot.querySelector("canvas"),
    { type: "bar", data: dataOf(figures), options: options(figures.by !== "") });
  const redraw = () => {
    Object.assign(chart, { data: dataOf(figures), options: options(figures.by !== "") });
    chart.update("none");
  };
  if (document.querySelector("#filters")) {
    plot.classList.add("selectable");
    new Selection(plot, chart, figures);
  }
  figure.addEventListener("rows", (event) => {
    event.detail.forEach((row) => figures.add(row));
    redraw();
  });
  figure.addEventListener("counted", redraw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  figure.dataset.drawn = "true";
}

export function startCharts(root) {
  const figures = [...root.querySelectorAll("figure.chart")];
  if (figures.length > 0) {
    loadLibrary().then((Chart) => figures.forEach((figure) => draw(Chart, figure)));
  }
}
