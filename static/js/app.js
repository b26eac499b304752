// Starts the NHS components, and lets marked blocks refresh only while somebody can see them.
import { initAll } from "../vendor/nhsuk/nhsuk-frontend.js";

initAll();

// What the page said last, so that a screen reader is told of changes and not of every refresh.
const announcement = document.getElementById("announcement");
let said = document.querySelector("[data-announce]")?.textContent;

document.addEventListener("htmx:afterSwap", (event) => {
  // After a swap only the new part is started: starting the whole page twice is an error.
  initAll({ scope: event.detail.elt });
  const saying = event.detail.elt.querySelector("[data-announce]")?.textContent;
  if (announcement && saying && saying !== said) announcement.textContent = saying;
  said = saying ?? said;
});

// A refresh that fails must not leave old figures looking new.
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const note = event.detail.elt.querySelector("[data-not-fresh]");
    if (note) note.textContent = note.dataset.notFresh;
  });
}

// A block says data-refresh="20"; it is asked for every 20 seconds, never in a hidden tab,
// and at once when the tab is shown again after a longer rest.
const due = new Map();

function tick() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-refresh]")) {
    const interval = Number(element.dataset.refresh) * 1000;
    const now = performance.now();
    // The block is a new element after each swap, so its time is kept by its id.
    if (!due.has(element.id)) due.set(element.id, now);
    if (now - due.get(element.id) >= interval) {
      due.set(element.id, now);
      element.dispatchEvent(new CustomEvent("refresh"));
    }
  }
}

setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
