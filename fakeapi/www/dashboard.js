// Pages work without this. With it, times are the viewer's, charts are drawn, and new rows appear by themselves.
import { startCharts } from "./charts.js";
import { prepareCopying } from "./copy.js";
import { startCounts } from "./counts.js";
import { prepareForms } from "./forms.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startRequests } from "./requests.js";
import { localiseAll } from "./times.js";

localiseAll(document);
prepareForms(document);
prepareCopying(document);
startMenus(document);
startCharts(document);
startCounts(document);
startLive(document);
startRequests(document);
