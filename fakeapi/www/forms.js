// Forms that ask for rows: times are typed in the viewer's zone, and what is left empty is left out of the address.

const MINUTE_MS = 60000;

/** Move the value of a datetime-local input between UTC and the viewer's zone. */
function shift(input, direction) {
  const date = new Date(`${input.value}Z`);
  if (!Number.isNaN(date.valueOf())) {
    const moved = new Date(date.valueOf() - direction * date.getTimezoneOffset() * MINUTE_MS);
    input.value = moved.toISOString().slice(0, 19);
  }
}

/** The moment that is typed, as milliseconds since the epoch. */
function momentOf(input) {
  return String(new Date(input.value).valueOf());
}

function prepareTime(input) {
  shift(input, 1);
  input.labels.forEach((label) => label.querySelector(".unit")?.remove());
}

/** A range of one's own takes the place of the time up to now. */
function finish(form) {
  const times = [...form.querySelectorAll("input[type=datetime-local]")];
  times.filter((input) => input.value).forEach((input) => {
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = input.name;
    hidden.value = momentOf(input);
    input.removeAttribute("name");
    form.append(hidden);
    form.elements.last?.remove();
  });
  [...form.elements].filter((input) => input.value === "").forEach((input) => { input.disabled = true; });
}

export function prepareForms(root) {
  root.querySelectorAll("input[type=datetime-local]").forEach(prepareTime);
  root.querySelectorAll("form[method=get]").forEach((form) => {
    form.addEventListener("submit", () => finish(form));
    if (form.querySelector(".more input:not([type=hidden])[value]:not([value=''])")) {
      form.querySelector(".more").open = true;
    }
  });
}
