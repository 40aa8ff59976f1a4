// The cells that can be edited: which they are, how one walks among them, and the requests about one of them.
import { card, csrfToken, entries, onRows, urls, words } from "./page.js";

const SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz";
const editSign = SIGNS[entries.findIndex((entry) => entry.isEdit)];
const region = card.querySelector("[data-region=rows]");

const cells = () => [...region.querySelectorAll("td[data-name]")];
export const cellOf = (target) => target.closest?.("td[data-name]");
export const rowOf = (cell) => cell.closest("tr");

/** The same cell, should the rows have been replaced meanwhile. */
export const find = (id, name) => region.querySelector(`tr[data-id="${id}"] td[data-name="${name}"]`);

function markCells() {
  const table = region.querySelector(".model-list");
  if (!table || !editSign) return;
  const heads = [...table.tHead.rows[0].cells].filter((head) => head.dataset.edit);
  for (const row of table.tBodies[0].rows) {
    if (!row.dataset.do.includes(editSign)) continue;
    for (const head of heads) {
      const cell = row.cells[head.cellIndex];
      cell.dataset.name = head.dataset.edit;
      cell.classList.add("is-editable");
      cell.tabIndex = -1;
      cell.setAttribute("aria-describedby", "edit-hint");
    }
  }
  const first = cells()[0];
  if (first) first.tabIndex = 0;
}

/** One cell at a time is reached by Tab; arrows lead to the others. */
export function focusCell(cell) {
  cells().forEach((other) => { other.tabIndex = other === cell ? 0 : -1; });
  cell.focus();
}

/** The cell one step away in reading order; none at the ends. */
export const beside = (cell, step) => cells()[cells().indexOf(cell) + step];

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

export function neighbour(cell, key) {
  if (key in STEPS) return beside(cell, STEPS[key]);
  const column = cells().filter((other) => other.dataset.name === cell.dataset.name);
  const place = column.indexOf(cell);
  return { ArrowDown: column[place + 1], ArrowUp: column[place - 1], Home: column[0], End: column.at(-1) }[key];
}

/** Ask about a cell, or with `data` write it. Rejects with {status, message}. */
export async function request(query, data) {
  const options = { headers: { Accept: "application/json" } };
  if (data) {
    Object.assign(options.headers, { "Content-Type": "application/json", "X-CSRFToken": csrfToken() });
    Object.assign(options, { method: "POST", body: JSON.stringify(data) });
  }
  let answer, found;
  try {
    answer = await fetch(`${urls.cell}${query}`, options);
    found = await answer.json();
  } catch {
    throw { status: 0, message: words.failed };
  }
  if (!answer.ok) throw { status: answer.status, message: found.message };
  return found;
}

export const read = (cell) => request(`?${new URLSearchParams({ id: rowOf(cell).dataset.id, name: cell.dataset.name })}`);

onRows(markCells);
