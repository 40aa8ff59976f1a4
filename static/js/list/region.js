// Search and filters while a person types: the parts marked `data-region` are fetched anew and replaced, nothing else,
// so the field keeps its focus and its words. The address always says what is shown.
import { announce, card, tell, words } from "./page.js";

const DELAY_MS = 250;
const form = card.querySelector(".list-form");
const panel = document.getElementById("list-filters");
const button = card.querySelector("[data-filters]");
const rows = card.querySelector("[data-region=rows]");

let controller = new AbortController();
let timer = 0;

/** The address of what the form asks for; blank fields stay out of it. */
function address() {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) asked.append(name, value);
  return asked.size ? `${location.pathname}?${asked}` : location.pathname;
}

/** Fetch a state of this list and show it in place of the present one. Resolves to whether it is shown. */
export async function show(url) {
  clearTimeout(timer);
  controller.abort();
  controller = new AbortController();
  const { signal } = controller;
  rows.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" }, signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("list")) { // logged out, or refused: let the browser show it
      location.assign(url);
      return false;
    }
    replaceRegions(page);
    history.replaceState(history.state, "", url);
    tell();
    announce(document.getElementById("total").textContent.trim());
    document.dispatchEvent(new CustomEvent("list:shown"));
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    tell(words.failed);
    return false;
  } finally {
    if (!signal.aborted) rows.removeAttribute("aria-busy");
  }
}

function replaceRegions(page) {
  for (const region of document.querySelectorAll("[data-region]")) {
    const fresh = page.querySelector(`[data-region="${region.dataset.region}"]`);
    region.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
}

const refresh = () => show(address());

function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, DELAY_MS);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  refresh();
});
form.addEventListener("input", (event) => {
  if (!event.isComposing && event.target.matches("input")) refreshSoon(); // half a Chinese word is no search
});
form.addEventListener("compositionend", refreshSoon);
form.addEventListener("change", (event) => { if (event.target.matches("select")) refreshSoon(); });

/** A chip taken away empties its field, too. */
rows.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-chip]");
  if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const field = form.elements[chip.dataset.chip];
  if (field?.tomselect) field.tomselect.clear(true);
  else if (field) field.value = "";
  show(chip.href).then(() => (card.querySelector("[data-chip]") ?? form.elements.search ?? button)?.focus());
});

button?.addEventListener("click", () => {
  const isOpen = panel.classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) panel.querySelector("input:not([type=hidden]), select")?.focus({ preventScroll: true });
});
