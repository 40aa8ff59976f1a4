// Lists of the phone pages: search while typing, near me, load more. The server draws the rows; without this script the
// form and the links do the same.
const WAIT_MS = 250;
const rows = document.getElementById("rows");
const finder = document.querySelector("[data-finder]");
let asked = 0;

document.querySelector(".tabs .active")?.scrollIntoView({ block: "nearest", inline: "center" });

async function page(url) {
  const answer = await fetch(url);
  if (answer.redirected || !answer.ok) window.location.assign(url); // logged out, or refused: show why
  return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("rows");
}

async function show(url) {
  const turn = ++asked;
  try {
    const found = await page(url);
    if (turn !== asked || !found) return;
    rows.replaceChildren(...found.childNodes);
    window.history.replaceState(null, "", url);
  } catch {
    // no connection: what is shown stays, and the form can be sent
  }
}

rows?.addEventListener("click", async (event) => {
  const more = event.target.closest("[data-more]");
  if (!more) return;
  event.preventDefault();
  more.setAttribute("aria-busy", "true");
  try {
    const found = await page(more.href);
    const added = [...(found?.querySelector("[data-lines]")?.children ?? [])];
    rows.querySelector("[data-lines]").append(...added);
    const next = found?.querySelector("[data-more]");
    if (next) more.replaceWith(next);
    else more.remove();
    (added[0]?.matches("a") ? added[0] : added[0]?.querySelector("a"))?.focus({ preventScroll: true });
  } catch {
    more.removeAttribute("aria-busy");
  }
});

if (finder) {
  const address = () => `${finder.action}?${new URLSearchParams([...new FormData(finder)].filter(([, value]) => value))}`;
  let timer = 0;
  finder.elements.search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show(address()), WAIT_MS);
  });
  finder.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    show(address());
  });

  const near = finder.querySelector("[data-near]");
  const fault = finder.querySelector("[data-near-fault]");
  near?.addEventListener("click", () => {
    near.setAttribute("aria-busy", "true");
    const failed = () => {
      near.removeAttribute("aria-busy");
      fault.textContent = near.dataset.failed;
      fault.hidden = false;
    };
    if (!navigator.geolocation) {
      failed();
      return;
    }
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      // To about ten metres: an address stands in logs, and the order of a list needs no more.
      const query = new URLSearchParams({ near: `${coords.latitude.toFixed(4)},${coords.longitude.toFixed(4)}` });
      if (finder.elements.search.value) query.set("search", finder.elements.search.value);
      window.location.assign(`${finder.action}?${query}`);
    }, failed, { maximumAge: 60_000, timeout: 15_000 });
  });
}
