// Starts the NHS components, and lets marked blocks refresh only while somebody can see them.
import { initAll } from "../vendor/nhsuk/nhsuk-frontend.js";

initAll();

// After a swap only the new part is started: starting the whole page twice is an error.
document.addEventListener("htmx:afterSwap", (event) => initAll({ scope: event.detail.elt }));

// A block says data-refresh="20"; it is asked for every 20 seconds, never in a hidden tab,
// and at once when the tab is shown again after a longer rest.
const due = new Map();

function tick() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-refresh]")) {
    const interval = Number(element.dataset.refresh) * 1000;
    const last = due.get(element.id) ?? performance.timeOrigin + performance.now();
    if (!due.has(element.id)) due.set(element.id, last);
    const now = performance.timeOrigin + performance.now();
    if (now - last >= interval) {
      due.set(element.id, now);
      element.dispatchEvent(new CustomEvent("refresh"));
    }
  }
}

setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
