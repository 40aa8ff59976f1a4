// Order of a flat list: drag rows by their grip, or use the buttons. Shown at once, taken back with the reason if refused.
import { announce, fill, onRows, tell } from "./list/page.js";

const GRIP = '<svg viewBox="0 0 8 14" width="8" height="14"><circle cx="2" cy="2" r="1.2"/><circle cx="6" cy="2" r="1.2"/><circle cx="2" cy="7" r="1.2"/><circle cx="6" cy="7" r="1.2"/><circle cx="2" cy="12" r="1.2"/><circle cx="6" cy="12" r="1.2"/></svg>';

const idOf = (row) => Number(row.dataset.id);
const nameOf = (row) => row.querySelector("td[data-label]").textContent.trim();

/** The whole list, which may be longer than the page: its ids in order, and its version. */
let list = null;
let isBusy = false;
/** The table as it is shown now, with its addresses and words. */
let table, body, urls, words;

async function request(url, data) {
  const headers = { Accept: "application/json" };
  if (data) {
    headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
  }
  let answer, found;
  try {
    answer = await fetch(url, data ? { method: "POST", headers, body: JSON.stringify(data) } : { headers });
    found = await answer.json();
  } catch {
    throw { message: words.failed };
  }
  if (!answer.ok) throw { message: found.message };
  return found;
}

const fetchList = async () => {
  const { version, rows } = await request(urls.order);
  list = { version, ids: rows.map((row) => row.id) };
};

function addCell(row) {
  const cell = document.createElement("td");
  cell.className = "order-cell";
  const grip = document.createElement("span");
  grip.className = "order-grip";
  grip.title = words.drag;
  grip.setAttribute("aria-hidden", "true");
  grip.innerHTML = GRIP;
  const button = (text, sign, step) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "order-button";
    made.textContent = sign;
    made.title = fill(text, { name: nameOf(row) });
    made.setAttribute("aria-label", made.title);
    made.dataset.step = step;
    made.addEventListener("click", () => shift(row, step, made));
    return made;
  };
  cell.append(grip, button(words.moveUp, "↑", -1), button(words.moveDown, "↓", 1));
  row.prepend(cell);
}

/** A row's place in the whole list counts, so the first and last of a page can still leave it. */
function refreshButtons() {
  for (const row of body.rows) {
    const place = list.ids.indexOf(idOf(row));
    row.querySelector('[data-step="-1"]').disabled = place <= 0;
    row.querySelector('[data-step="1"]').disabled = place === list.ids.length - 1;
  }
}

async function save(row, ids) {
  isBusy = true;
  tell();
  try {
    const answer = await request(urls.reorder, { ids, version: list.version });
    list = { version: answer.version, ids: answer.order };
    announce(fill(words.moved, { name: nameOf(row), place: ids.indexOf(idOf(row)) + 1, count: ids.length }));
  } catch (refusal) {
    tell(refusal.message);
    await fetchList().catch(() => {});
  }
  showOrder();
  isBusy = false;
}

/** Bring the rows of the page into the list's order. */
function showOrder() {
  const rows = [...body.rows].sort((a, b) => list.ids.indexOf(idOf(a)) - list.ids.indexOf(idOf(b)));
  body.append(...rows);
  refreshButtons();
}

async function shift(row, step, button) {
  if (isBusy) return;
  const ids = [...list.ids];
  const place = ids.indexOf(idOf(row));
  [ids[place], ids[place + step]] = [ids[place + step], ids[place]];
  await save(row, ids);
  (button.disabled ? row.querySelector(".order-button:not(:disabled)") : button)?.focus();
}

/** After a drag: the row goes behind the one now above it, or before the one below. */
function dropped({ item }) {
  const ids = list.ids.filter((id) => id !== idOf(item));
  const [above, under] = [item.previousElementSibling, item.nextElementSibling];
  if (above) ids.splice(ids.indexOf(idOf(above)) + 1, 0, idOf(item));
  else ids.splice(under ? ids.indexOf(idOf(under)) : ids.length, 0, idOf(item));
  if (ids.some((id, place) => id !== list.ids[place])) save(item, ids);
}

async function start(shown) {
  table = shown;
  body = table.tBodies[0];
  ({ urls, words } = JSON.parse(table.dataset.ordering));
  await fetchList();
  if (table !== shown || !shown.isConnected) return; // replaced meanwhile
  const head = document.createElement("th");
  head.className = "order-cell";
  head.textContent = words.order;
  table.tHead.rows[0].prepend(head);
  [...body.rows].forEach(addCell);
  refreshButtons();
  const classes = { ghostClass: "order-ghost", fallbackClass: "order-drag" };
  new Sortable(body, { handle: ".order-grip", animation: 120, forceFallback: true, onEnd: dropped, ...classes });
}

onRows(() => {
  const shown = document.querySelector("table.model-list[data-ordering]");
  if (shown) start(shown).catch((refusal) => tell(refusal.message));
});
