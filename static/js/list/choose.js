// Rows to tick, and the bar that says how many are ticked and what may be done with them.
import { card, fill, onRows, words } from "./page.js";

const region = card.querySelector("[data-region=rows]");
const boxes = () => [...region.querySelectorAll("input[name=rowid]")];
const find = (selector) => region.querySelector(selector);

let last = null; // the box ticked before, for a range

function refresh() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  const all = find("[data-bulk-all]");
  const isAll = Boolean(all?.checked);
  const found = boxes();
  const chosen = found.filter((box) => box.checked);
  const head = find("[data-check-all]");
  head.checked = isAll || (found.length > 0 && chosen.length === found.length);
  head.indeterminate = !head.checked && chosen.length > 0;
  found.forEach((box) => {
    box.disabled = isAll;
    box.closest("tr").classList.toggle("is-chosen", isAll || box.checked);
  });
  const count = isAll ? Number(all.dataset.bulkAll) : chosen.length;
  bar.classList.toggle("is-open", count > 0);
  bar.querySelector("[data-bulk-count]").textContent = count ? fill(words.selected, { count }) : "";
  bar.querySelector("[data-check-none]").hidden = !count;
  bar.querySelector("[data-check-page]").hidden = head.checked;
}

function tickAll(isTicked) {
  boxes().forEach((box) => { box.checked = isTicked; });
  const all = find("[data-bulk-all]");
  if (all && !isTicked) all.checked = false;
  last = null;
  refresh();
}

/** Shift and a click tick all rows from the last one to this. */
function tick(box, isRange) {
  const found = boxes();
  const [from, to] = [found.indexOf(last), found.indexOf(box)].sort((a, b) => a - b);
  if (isRange && from >= 0) found.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
  last = box;
  refresh();
}

region.addEventListener("click", ({ target, shiftKey }) => {
  if (target.matches("input[name=rowid]")) tick(target, shiftKey);
  else if (target.matches("[data-check-all]")) tickAll(target.checked);
  else if (target.closest("[data-check-page]")) tickAll(true);
  else if (target.closest("[data-check-none]")) tickAll(false);
  else if (target.matches("[data-bulk-all]")) refresh();
});

// All that match are confirmed on a page of their own, which names them.
region.addEventListener("submit", (event) => {
  if (event.target.id !== "bulk" || event.submitter?.value !== "delete" || find("[data-bulk-all]")?.checked) return;
  const count = boxes().filter((box) => box.checked).length;
  if (!window.confirm(fill(words.deleteConfirm, { count }))) event.preventDefault();
});

onRows(() => {
  last = null;
  refresh();
});
