// The tree page: what keys and buttons do. Rows: tree/rows.js; levels: tree/levels.js; changes: tree/actions.js and
// tree/deeds.js; the menu of a row: tree/menu.js; search: tree/find.js; dragging: tree/drag.js.
import { add, indent, moveDown, moveUp, outdent, rename } from "./tree/actions.js";
import { deed } from "./tree/deeds.js";
import { moveTo } from "./tree/dialogs.js";
import { makeDraggable } from "./tree/drag.js";
import { attachFind, leave, showInTree } from "./tree/find.js";
import { close, open, restore } from "./tree/levels.js";
import { openMenu } from "./tree/menu.js";
import { openOutline } from "./tree/outline.js";
import { may, root, state } from "./tree/page.js";
import { canOpen, childrenOf, focusItem, isOpen, itemOf, nameOf, parentOf, visibleItems } from "./tree/rows.js";
import { undoLast } from "./tree/toast.js";

/** Letters typed within this time belong together. */
const TYPING_MS = 700;

const walk = (item, step) => {
  const items = visibleItems();
  const next = items[items.indexOf(item) + step];
  if (next) focusItem(next);
};

const right = async (item) => {
  if (!canOpen(item)) return;
  if (isOpen(item)) focusItem(childrenOf(item)[0] ?? item);
  else await open(item);
};

const left = (item) => {
  if (isOpen(item)) close(item);
  else if (parentOf(item)) focusItem(parentOf(item));
};

const toggle = (item) => {
  if (canOpen(item)) (isOpen(item) ? close : open)(item);
};

/** Key -> what it does to the focused row; "Alt+" before it with that key held. */
const KEYS = {
  ArrowDown: (item) => walk(item, 1),
  ArrowUp: (item) => walk(item, -1),
  ArrowRight: right,
  ArrowLeft: left,
  Home: () => focusItem(visibleItems()[0]),
  End: () => focusItem(visibleItems().at(-1)),
  Enter: (item) => (state.isFiltered ? showInTree(item) : toggle(item)),
  " ": toggle,
  "Alt+ArrowUp": moveUp,
  "Alt+ArrowDown": moveDown,
  "Alt+ArrowRight": indent,
  "Alt+ArrowLeft": outdent,
  F2: rename,
  Insert: add,
  "+": add,
  m: may.edit ? moveTo : null,
  Delete: (item) => deed("remove", item),
  ContextMenu: openMenu,
  Escape: async (item) => { if (state.isFiltered) await showInTree(item); },
};

let typed = "";
let typedAt = 0;

/** Go to the next row in sight whose name begins with what is typed. */
function typeAhead(item, sign) {
  typed = performance.now() - typedAt < TYPING_MS ? typed + sign : sign;
  typedAt = performance.now();
  const items = visibleItems();
  const here = items.indexOf(item) + (typed.length === 1 ? 1 : 0);
  const next = [...items.slice(here), ...items.slice(0, here)].find((one) => nameOf(one).toLowerCase().startsWith(typed.toLowerCase()));
  if (next) focusItem(next);
}

root.addEventListener("keydown", (event) => {
  const item = event.target;
  if (item.getAttribute("role") !== "treeitem") {
    if (event.key === "Escape" && itemOf(item)) focusItem(itemOf(item));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.isComposing) return;
  const key = event.shiftKey && event.key === "F10" ? "ContextMenu" : event.key;
  const act = KEYS[event.altKey ? `Alt+${key}` : key];
  if (act) {
    event.preventDefault();
    act(item);
  } else if (key.length === 1 && !event.altKey) {
    typeAhead(item, key);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  undoLast();
});

/** data-act of a row's button -> what it does. */
const BUTTONS = { add, rename, menu: openMenu };

root.addEventListener("click", (event) => {
  const item = itemOf(event.target);
  if (!item || event.target.closest(".tree-editor, a")) return;
  const button = event.target.closest("[data-act]");
  if (button) BUTTONS[button.dataset.act](item, button);
  else if (event.target.closest(".tree-toggle")) toggle(item);
  else if (event.target.closest(".tree-row")) focusItem(item);
});

root.addEventListener("dblclick", (event) => {
  const item = itemOf(event.target);
  if (item && event.target.closest(".tree-name") && may.edit) rename(item);
});

for (const id of ["tree-add-root", "tree-add-first"]) {
  document.getElementById(id)?.addEventListener("click", async () => {
    await leave();
    await add(null);
  });
}
for (const id of ["tree-outline-root", "tree-outline-first"]) {
  document.getElementById(id)?.addEventListener("click", () => openOutline(null));
}

const help = document.querySelector(".tree-help");
help?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !help.open) return;
  help.open = false;
  help.firstElementChild.focus();
});

attachFind();
if (may.edit) makeDraggable();
restore();
