// Follows one monitor: new rows are put where they belong, newest first. What they say was sent by
// strangers and becomes text of elements, never markup.
import { makeTime } from "./times.js";

const RELOAD_PAUSE_MS = 2000;

const STATES = {
  live: "Live",
  waiting: "Reconnecting…",
  paused: "Paused",
  over: "Disconnected: reload the page",
  gone: "This monitor was deleted",
};

function setState(state) {
  const status = document.querySelector(".status");
  status.dataset.state = state;
  status.textContent = STATES[state];
}

function makeCell(cell) {
  const element = document.createElement("td");
  const value = document.createElement("span");
  element.classList.toggle("number", cell.is_number);
  value.className = "value";
  value.textContent = cell.text;
  element.append(value);
  return element;
}

function makeRow(row) {
  const element = document.createElement("tr");
  const when = document.createElement("td");
  when.className = "when";
  when.append(makeTime(row.time));
  element.className = "new";
  Object.assign(element.dataset, { id: row.id, checktime: row.checktime, number: row.number });
  element.append(when, ...row.cells.map(makeCell));
  return element;
}

/** Does a row of the table come after a new one, newest first? */
function isOlder(element, row) {
  const difference = Number(element.dataset.checktime) - row.checktime;
  return difference < 0 || (difference === 0 && Number(element.dataset.number) < row.number);
}

class Table {
  constructor(region) {
    this.region = region;
    this.body = region.querySelector("tbody");
    this.older = document.querySelector("#older");
    this.max = Number(region.dataset.rowsMax);
  }

  add(row) {
    if (this.body.querySelector(`tr[data-id="${Number(row.id)}"]`)) {
      return;
    }
    const next = [...this.body.rows].find((element) => isOlder(element, row)) ?? null;
    if (next || this.older.hidden) {
      this.body.insertBefore(makeRow(row), next);
    }
    this.count();
    this.trim();
    this.show();
  }

  /** What no longer fits on the page is the beginning of the next one. */
  trim() {
    while (this.body.rows.length > this.max) {
      this.body.lastElementChild.remove();
      const { checktime, number } = this.body.lastElementChild.dataset;
      const address = new URL(this.older.href);
      address.searchParams.set("before", `${checktime}.${number}`);
      this.older.href = address;
      this.older.hidden = false;
    }
  }

  count() {
    const place = document.querySelector("#row-count");
    place.textContent = Number(place.textContent) + 1;
  }

  show() {
    const newest = this.body.querySelector("time");
    document.querySelector("#last-result").replaceChildren(newest.cloneNode(true));
    document.querySelector("#empty")?.remove();
    this.region.hidden = false;
  }
}

/** Many changes in a row reload the page once in a while only. */
function reloadSoon() {
  window.setTimeout(() => window.location.reload(), RELOAD_PAUSE_MS);
}

/** Watch as long as the page can be seen: a browser has few connections to one server. */
export function follow(region) {
  const table = new Table(region);
  const address = new URL(region.dataset.events, window.location.href);
  let source = null;

  const close = (state) => {
    source?.close();
    source = null;
    setState(state);
  };

  const open = () => {
    source = new EventSource(address);
    source.onopen = () => setState("live");
    source.onerror = () => setState(source.readyState === EventSource.CLOSED ? "over" : "waiting");
    source.onmessage = (event) => {
      JSON.parse(event.data).rows.forEach((row) => table.add(row));
      address.searchParams.set("after", event.lastEventId);
    };
    source.addEventListener("reload", reloadSoon, { once: true });
    source.addEventListener("gone", () => {
      document.removeEventListener("visibilitychange", watch);
      close("gone");
    });
  };

  const watch = () => {
    if (document.hidden) {
      close("paused");
    } else if (!source) {
      open();
    }
  };

  document.addEventListener("visibilitychange", watch);
  watch();
}
