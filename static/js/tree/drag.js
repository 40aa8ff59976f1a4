// Dragging by pointer or touch. SortableJS picks up, draws the shadow and scrolls; where it lands is decided here: the upper
// quarter of a row is "before" it, the lower "after", the middle "into" it. A closed row opens when hovered for a while.
import { move } from "./actions.js";
import { open } from "./levels.js";
import { root, state } from "./page.js";
import { canOpen, childrenOf, isOpen, itemOf, parentOf } from "./rows.js";

const FIXED = "button, input, a, .tree-editor, .tree-toggle";
const EDGE = 0.28;
const OPEN_AFTER_MS = 700;
const MARKS = ["drop-into", "drop-before", "drop-after"];

let dragged = null;
let isCancelled = false;
let target = null;
let marked = null;
let hovered = null;
let timer = 0;

function unmark() {
  marked?.classList.remove(...MARKS);
  marked = null;
}

function mark(row, name) {
  unmark();
  marked = row;
  row.classList.add(name);
}

/** Return what the pointer means: {parent, before, row, mark}, or null where a drop would mean nothing. */
function meaning(x, y) {
  const under = document.elementFromPoint(x, y);
  const row = under?.closest(".tree-row");
  if (!row || !root.contains(row)) return below(y);
  const item = itemOf(row);
  if (!item.dataset.id || dragged.contains(item)) return null;
  const box = row.getBoundingClientRect();
  const part = (y - box.top) / box.height;
  if (part < EDGE) return { parent: parentOf(item), before: item, row, mark: "drop-before" };
  if (part <= 1 - EDGE) return { parent: item, before: null, row, mark: "drop-into" };
  if (isOpen(item) && childrenOf(item).length) return { parent: item, before: childrenOf(item)[0], row, mark: "drop-after" };
  return after(item, row, x);
}

/** Behind the last of several levels the pointer's distance from the left edge says which level is meant. */
function after(item, row, x) {
  let level = item;
  while (parentOf(level) && !level.nextElementSibling && x < level.getBoundingClientRect().left) level = parentOf(level);
  return { parent: parentOf(level), before: level.nextElementSibling, row: level.firstElementChild, mark: "drop-after" };
}

function below(y) {
  const last = root.lastElementChild;
  if (!last || y < last.getBoundingClientRect().bottom) return null;
  return { parent: null, before: null, row: last.firstElementChild, mark: "drop-after" };
}

function follow(event) {
  if (isCancelled) return;
  const point = event.touches?.[0] ?? event;
  target = meaning(point.clientX, point.clientY);
  if (target) mark(target.row, target.mark);
  else unmark();
  const over = target?.mark === "drop-into" ? target.parent : null;
  if (over === hovered) return;
  clearTimeout(timer);
  hovered = over;
  if (over && canOpen(over) && !isOpen(over)) timer = setTimeout(() => open(over), OPEN_AFTER_MS);
}

function start({ item }) {
  dragged = item;
  target = null;
  isCancelled = false;
  item.classList.add("is-dragged");
  document.body.classList.add("is-dragging-tree");
  document.addEventListener("pointermove", follow);
  document.addEventListener("touchmove", follow, { passive: true });
}

function end() {
  document.removeEventListener("pointermove", follow);
  document.removeEventListener("touchmove", follow);
  clearTimeout(timer);
  unmark();
  hovered = null;
  document.body.classList.remove("is-dragging-tree");
  dragged.classList.remove("is-dragged");
  const [item, place] = [dragged, target];
  dragged = target = null;
  if (!place || place.before === item) return;
  // "Before the next" where the next is the row itself means: it stays.
  move(item, place.parent, place.before);
}

const OPTIONS = {
  draggable: ".tree-item[data-id]",
  handle: ".tree-row",
  filter: (event) => state.isFiltered || event.target.closest(FIXED) !== null,
  preventOnFilter: false,
  sort: false,
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  fallbackClass: "tree-ghost",
  delay: 180,
  delayOnTouchOnly: true,
  touchStartThreshold: 5,
  scrollSensitivity: 60,
  onStart: start,
  onEnd: end,
};

/** SortableJS picks up children of its own list alone, so each list gets one, when it is first touched. */
export function makeDraggable() {
  const known = new WeakSet();
  root.addEventListener("pointerdown", (event) => {
    const list = itemOf(event.target)?.parentElement;
    if (!list || known.has(list)) return;
    known.add(list);
    new Sortable(list, OPTIONS);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !dragged) return;
    isCancelled = true;
    target = null;
    unmark();
  });
}
