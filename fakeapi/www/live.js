// Follows what is stored: new rows are put where they belong, newest first, and counted in the charts. What they say
// was sent by strangers and becomes text of elements, never markup.
import { follow } from "./stream.js";
import { makeTime } from "./times.js";

/** What is typed into the filters decides here as it does on the server. */
function takes(row) {
  const form = document.querySelector("#filters");
  const has = (text, part) => text.toLowerCase().includes(part.toLowerCase());
  const fits = (text, wanted) => {
    if (wanted.startsWith("=")) {
      return text === wanted.slice(1);
    }
    return wanted.startsWith("!") ? !has(text, wanted.slice(1)) : has(text, wanted);
  };
  const textOf = (name) => row.cells.find((cell) => cell.name === name)?.text ?? "";
  if (!form) {
    return true;
  }
  const search = form.elements.q.defaultValue;
  return (search === "" || row.cells.some((cell) => has(cell.text, search)))
    && [...form.elements].filter((input) => input.name.startsWith("f.") && input.defaultValue !== "")
      .every((input) => fits(textOf(input.name.slice(2)), input.defaultValue));
}

function makeValue(tag, text) {
  const value = document.createElement(tag);
  value.className = "value";
  value.textContent = text;
  return value;
}

function makeCell(cell) {
  const element = document.createElement("td");
  element.classList.toggle("number", cell?.is_number ?? false);
  element.append(makeValue("span", cell?.text ?? ""));
  return element;
}

function makeMonitorCell(monitor) {
  const element = document.createElement("td");
  const link = makeValue("a", monitor.name);
  link.href = monitor.path;
  element.append(link);
  return element;
}

/** A row in the columns that the table has. */
function makeRow(row, monitor, table) {
  const element = document.createElement("tr");
  const when = document.createElement("td");
  when.className = "when";
  when.append(makeTime(row.time));
  element.className = "new";
  Object.assign(element.dataset,
    { id: row.id, checktime: row.checktime, number: row.number, monitor: row.monitor_id });
  const heads = [...table.tHead.rows[0].cells].slice(1);
  element.append(when, ...heads.map((head) => (head.dataset.name === undefined ? makeMonitorCell(monitor)
    : makeCell(row.cells.find((cell) => cell.name === head.dataset.name)))));
  return element;
}

/** Does a row of the table come after a new one: by time, then monitor, then number, newest first? */
function isOlder(element, row) {
  const of = ({ checktime, monitor, number }) => [Number(checktime), Number(monitor), Number(number)];
  const [there, here] = [of(element.dataset), [row.checktime, row.monitor_id, row.number]];
  const at = there.findIndex((value, index) => value !== here[index]);
  return at >= 0 && there[at] < here[at];
}

class Table {
  constructor(region) {
    this.region = region;
    this.table = region.querySelector("table");
    this.body = this.table.tBodies[0];
    this.older = region.id === "rows" ? document.querySelector("#older") : null;
    this.max = Number(region.dataset.rowsMax);
    this.known = Number(new URLSearchParams(region.closest("[data-events]").dataset.events.split("?")[1]).get("after"));
  }

  /** Put a row where it belongs. Returns whether it is a new one. */
  add(row, monitor) {
    if (this.body.querySelector(`tr[data-id="${Number(row.id)}"]`)) {
      return false;
    }
    const next = [...this.body.rows].find((element) => isOlder(element, row)) ?? null;
    if (next || !this.older || this.older.hidden) {
      this.body.insertBefore(makeRow(row, monitor, this.table), next);
    } else if (row.id <= this.known) {
      return false; // told again: where servers share a store, rows may come late
    }
    this.trim();
    this.region.hidden = false;
    return true;
  }

  /** What no longer fits on the page is the beginning of the next one. */
  trim() {
    while (this.body.rows.length > this.max) {
      this.body.lastElementChild.remove();
      if (this.older) {
        const { checktime, number, monitor } = this.body.lastElementChild.dataset;
        const address = new URL(this.older.href);
        address.searchParams.set("before", `${checktime}.${number}.${monitor}`);
        this.older.href = address;
        this.older.hidden = false;
      }
    }
  }
}

/** One part of the page that shows rows of a monitor, or of all: a table, a chart, or both. */
class Place {
  constructor(element) {
    const region = element.matches(".rows") ? element : element.querySelector(".rows");
    this.element = element;
    this.monitor = element.dataset.monitor === undefined ? null : Number(element.dataset.monitor);
    this.table = region ? new Table(region) : null;
    this.chart = (element.matches(".rows") ? document : element).querySelector("figure.chart");
  }

  add(rows, monitor) {
    if (this.monitor !== null && this.monitor !== monitor.id) {
      return;
    }
    const taken = rows.filter(takes).filter((row) => !this.table || this.table.add(row, monitor));
    this.chart?.dispatchEvent(new CustomEvent("rows", { detail: taken }));
    if (taken.length > 0) {
      this.element.querySelector(".nothing")?.remove();
      document.querySelector("#empty")?.remove();
      count(taken.length);
    }
  }
}

function count(more) {
  const place = document.querySelector("#row-count");
  if (place) {
    place.textContent = Number(place.textContent) + more;
  }
}

function showLast(rows) {
  const place = document.querySelector("#last-result");
  const newest = rows.reduce((a, b) => (b.checktime > a.checktime ? b : a));
  const shown = place?.querySelector("time");
  if (place && (!shown || new Date(shown.dateTime).valueOf() < newest.checktime)) {
    place.replaceChildren(makeTime(newest.time));
  }
}

export function startLive(root) {
  const region = root.querySelector("[data-events]");
  if (region) {
    const elements = region.matches(".rows") ? [region] : [...region.querySelectorAll(".window")];
    const places = elements.map((element) => new Place(element));
    follow(region.dataset.events, ({ monitor, rows }) => {
      places.forEach((place) => place.add(rows, monitor));
      showLast(rows);
    });
  }
}
