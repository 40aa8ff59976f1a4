// The tree page: what the keys, buttons and search do. Rows: tree/rows.js; changes: tree/actions.js; dragging: tree/drag.js.
import { add, indent, moveDown, moveUp, outdent, remove, rename } from "./tree/actions.js";
import { makeDraggable } from "./tree/drag.js";
import { attachFind } from "./tree/find.js";
import { openMenu } from "./tree/menu.js";
import { childrenOf, close, focusItem, isOpen, itemOf, may, open, parentOf, restore, root, visibleItems } from "./tree/rows.js";

const walk = (item, step) => {
  const items = visibleItems();
  const next = items[items.indexOf(item) + step];
  if (next) focusItem(next);
};

const right = async (item) => {
  if (!item.hasAttribute("aria-expanded")) return;
  if (isOpen(item)) focusItem(childrenOf(item)[0] ?? item);
  else await open(item);
};

const left = (item) => {
  if (isOpen(item)) close(item);
  else if (parentOf(item)) focusItem(parentOf(item));
};

const toggle = (item) => (isOpen(item) ? close(item) : open(item));

/** Key -> what it does to the focused row; "Alt+" before it with that key held. */
const KEYS = {
  ArrowDown: (item) => walk(item, 1),
  ArrowUp: (item) => walk(item, -1),
  ArrowRight: right,
  ArrowLeft: left,
  Home: () => focusItem(visibleItems()[0]),
  End: () => focusItem(visibleItems().at(-1)),
  Enter: toggle,
  " ": toggle,
  "Alt+ArrowUp": moveUp,
  "Alt+ArrowDown": moveDown,
  "Alt+ArrowRight": indent,
  "Alt+ArrowLeft": outdent,
  F2: rename,
  Insert: add,
  "+": add,
  Delete: remove,
  ContextMenu: openMenu,
};

root.addEventListener("keydown", (event) => {
  const item = event.target;
  if (item.getAttribute("role") !== "treeitem") {
    if (event.key === "Escape" && itemOf(item)) focusItem(itemOf(item));
    return;
  }
  if (event.ctrlKey || event.metaKey) return;
  const key = event.shiftKey && event.key === "F10" ? "ContextMenu" : event.key;
  const act = KEYS[event.altKey ? `Alt+${key}` : key];
  if (!act) return;
  event.preventDefault();
  act(item);
});

/** data-act of a row's button -> what it does. */
const BUTTONS = { add, rename, menu: openMenu };

root.addEventListener("click", (event) => {
  const item = itemOf(event.target);
  if (!item || event.target.closest(".tree-editor")) return;
  const button = event.target.closest("[data-act]");
  if (button) BUTTONS[button.dataset.act](item, button);
  else if (event.target.closest(".tree-toggle") && item.hasAttribute("aria-expanded")) toggle(item);
  else if (event.target.closest(".tree-row")) focusItem(item);
});

root.addEventListener("dblclick", (event) => {
  const item = itemOf(event.target);
  if (item && event.target.closest(".tree-name") && may.edit) rename(item);
});

for (const id of ["tree-add-root", "tree-add-first"]) {
  document.getElementById(id)?.addEventListener("click", () => add(null));
}

const help = document.querySelector(".tree-help");
help?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !help.open) return;
  help.open = false;
  help.firstElementChild.focus();
});

attachFind(document.getElementById("tree-find"), document.getElementById("tree-hits"));
if (may.edit) makeDraggable();
restore();
