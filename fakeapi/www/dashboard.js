// Pages work without this. With it, times are the viewer's, and a monitor's new rows appear by themselves.
import { follow } from "./live.js";
import { localiseAll } from "./times.js";

localiseAll(document);

const rows = document.querySelector("#rows[data-events]");
if (rows) {
  follow(rows);
}
