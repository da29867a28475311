// Pages work without this. With it, times are the viewer's, charts are drawn, and new rows appear by themselves.
import { startCharts } from "./charts.js";
import { prepareForms } from "./forms.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { localiseAll } from "./times.js";

localiseAll(document);
prepareForms(document);
startMenus(document);
startCharts(document);
startLive(document);
