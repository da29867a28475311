// A stream of events, followed as long as the page can be seen: a browser has few connections to one server.

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

/** Many changes in a row reload the page once in a while only. */
function reloadSoon() {
  window.setTimeout(() => window.location.reload(), RELOAD_PAUSE_MS);
}

/** Call `show` with the data of each event. */
export function follow(path, show) {
  const address = new URL(path, window.location.href);
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
      show(JSON.parse(event.data));
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
