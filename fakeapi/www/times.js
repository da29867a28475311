// Times arrive in UTC. They are shown in the viewer's zone; the title keeps the exact one in UTC.

const two = (number) => String(number).padStart(2, "0");

function format(date) {
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

/** Show one <time> in the viewer's zone; one that is out of range stays as it is. */
export function localise(time) {
  const date = new Date(time.dateTime);
  if (!Number.isNaN(date.valueOf())) {
    time.textContent = format(date);
  }
}

export function localiseAll(root) {
  root.querySelectorAll("time").forEach(localise);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  root.querySelectorAll(".zone").forEach((place) => {
    place.textContent = zone;
  });
}

/** A <time> from what the server says of one: {iso, utc, exact}. */
export function makeTime({ iso, utc, exact }) {
  const time = document.createElement("time");
  time.dateTime = iso;
  time.title = exact;
  time.textContent = utc;
  localise(time);
  return time;
}
