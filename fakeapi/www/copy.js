// Links whose target is a text copy it; without this they show it.

const SHOWN_MS = 2000;

async function copy(link) {
  const label = link.textContent;
  const answer = await fetch(link.href);
  const text = await answer.text();
  if (answer.ok) {
    await navigator.clipboard.writeText(text);
  }
  link.textContent = answer.ok ? "Copied" : text.trim();
  window.setTimeout(() => { link.textContent = label; }, SHOWN_MS);
}

export function prepareCopying(root) {
  root.querySelectorAll("a[data-copy]").forEach((link) => {
    link.addEventListener("click", (event) => {
      if (navigator.clipboard && !event.metaKey && !event.ctrlKey) {
        event.preventDefault();
        copy(link).catch(() => window.location.assign(link.href));
      }
    });
  });
}
