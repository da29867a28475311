// Follows the journal: new requests are put on top. Whatever they say becomes text, never markup.
import { follow } from "./stream.js";
import { makeTime } from "./times.js";

function cell(className, ...content) {
  const element = document.createElement("td");
  element.className = className;
  element.append(...content);
  return element;
}

function text(tag, className, value) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = value;
  return element;
}

function link(className, href, content) {
  const element = document.createElement("a");
  element.className = className;
  element.href = href;
  element.append(content);
  return element;
}

function makeRow(request) {
  const row = document.createElement("tr");
  const verdict = text("span", "verdict", request.verdict);
  const fault = request.fault ? [text("span", "value hint", `fault ${request.fault}`)] : [];
  verdict.dataset.verdict = request.verdict;
  row.className = "new";
  row.dataset.id = request.id;
  row.append(
    cell("when", link("", request.path, makeTime(request.time))),
    cell("", verdict),
    cell("", link("value strong", request.path, request.action)),
    cell("", text("span", "value", request.reason), ...fault),
    cell("number", String(request.status)),
    cell("", text("code", "value", request.apikey)),
    cell("number when", request.duration),
  );
  return row;
}

function add(region, request) {
  const body = region.querySelector("tbody");
  if (!body.querySelector(`tr[data-id="${Number(request.id)}"]`)) {
    body.prepend(makeRow(request));
  }
  while (body.rows.length > Number(region.dataset.rowsMax)) {
    body.lastElementChild.remove();
  }
  document.querySelector("#empty")?.remove();
  region.hidden = false;
}

export function startRequests(root) {
  const region = root.querySelector("[data-requests]");
  if (region) {
    follow(region.dataset.requests, (requests) => requests.forEach((request) => add(region, request)));
  }
}
