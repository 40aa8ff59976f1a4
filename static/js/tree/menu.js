// The menu of a row: all that can be done to it, by plain buttons. On a phone it comes up from below.
import { add, indent, moveDown, moveUp, outdent, rename } from "./actions.js";
import { can as mayDo, deed } from "./deeds.js";
import { moveTo, moveToPlaceOf } from "./dialogs.js";
import { showInTree } from "./find.js";
import { openOutline } from "./outline.js";
import { element, may, root, state, urls, words } from "./page.js";
import { childrenOf, focusItem, idOf, isInactive, itemOf, nameOf, parentOf, rowOf } from "./rows.js";

const menu = document.getElementById("tree-menu");

const mayPlace = () => may.edit && !state.isFiltered;
const onDeed = (name) => ({ words: words[name], act: (item) => deed(name, item) });

/** What the menu offers, in groups: words, the key that does the same, whether it can be done to a row, what it does. */
const GROUPS = [
  [{ words: words.showInTree, key: "Enter", can: () => state.isFiltered, act: showInTree }],
  [
    { words: words.add, key: "+", can: () => may.add, act: add },
    { words: words.outline, can: () => may.add, act: openOutline },
    { words: words.rename, key: "F2", can: () => may.edit, act: rename },
  ],
  [
    { words: words.moveUp, key: "Alt ↑", can: (item) => mayPlace() && item.previousElementSibling, act: moveUp },
    { words: words.moveDown, key: "Alt ↓", can: (item) => mayPlace() && item.nextElementSibling, act: moveDown },
    { words: words.indent, key: "Alt →", can: (item) => mayPlace() && item.previousElementSibling, act: indent },
    { words: words.outdent, key: "Alt ←", can: (item) => mayPlace() && parentOf(item), act: outdent },
    { words: words.moveToPlace, can: (item) => mayPlace() && childrenOf(parentOf(item)).length > 1, act: moveToPlaceOf },
    { words: words.moveTo, key: "M", can: () => may.edit, act: moveTo },
  ],
  [
    { words: words.showRows, can: (item) => urls.rows && Number(item.dataset.count), act: (item) => { location.href = urls.rows + idOf(item); } },
    { words: words.edit, can: () => may.edit, act: (item) => { location.href = urls.edit + idOf(item); } },
  ],
  [
    { ...onDeed("deactivate"), can: (item) => mayDo("deactivate") && !isInactive(item) },
    { ...onDeed("reactivate"), can: (item) => mayDo("reactivate") && isInactive(item) },
    { ...onDeed("replace"), can: () => mayDo("replace") },
    { ...onDeed("merge"), can: () => mayDo("merge") },
    { ...onDeed("remove"), key: "Delete", can: () => mayDo("remove"), isDanger: true },
  ],
];

let owner = null;

export function openMenu(item, button = null) {
  closeMenu();
  const groups = GROUPS.map((group) => group.filter((entry) => entry.can(item))).filter((group) => group.length);
  if (!groups.length) return;
  owner = item;
  menu.replaceChildren(...groups.flatMap((group, at) => [...(at ? [separator()] : []), ...group.map((entry) => entryButton(entry, item))]));
  menu.setAttribute("aria-label", nameOf(item));
  rowOf(item).classList.add("is-open");
  rowOf(item).querySelector("[data-act=menu]")?.setAttribute("aria-expanded", "true");
  menu.hidden = false;
  placeAt(button ?? rowOf(item).querySelector(".tree-name"));
  entries()[0].focus();
}

function placeAt(anchor) {
  const box = anchor.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${box.bottom + menu.offsetHeight + 8 < innerHeight ? box.bottom + 2 : Math.max(8, box.top - menu.offsetHeight - 2)}px`;
}

const entries = () => [...menu.querySelectorAll("[role=menuitem]")];

function separator() {
  const line = element("div", "dropdown-divider");
  line.setAttribute("role", "separator");
  return line;
}

function entryButton(entry, item) {
  const button = element("button", `dropdown-item${entry.isDanger ? " text-danger" : ""}`, entry.words);
  button.type = "button";
  button.setAttribute("role", "menuitem");
  button.tabIndex = -1;
  if (entry.key) button.append(element("kbd", "", entry.key));
  button.addEventListener("click", () => { closeMenu(); entry.act(item); });
  return button;
}

/** Close the menu; the focus goes back to its row, from where what was chosen takes it on. */
function closeMenu() {
  if (!owner) return;
  const [item, hadFocus] = [owner, menu.contains(document.activeElement)];
  owner = null;
  rowOf(item).classList.remove("is-open");
  rowOf(item).querySelector("[data-act=menu]")?.setAttribute("aria-expanded", "false");
  menu.hidden = true;
  if (hadFocus && item.isConnected) focusItem(item);
}

// On its way down: Bootstrap, which waits at the document, would take the arrows for a menu of its own.
window.addEventListener("keydown", (event) => {
  if (!menu.contains(event.target)) return;
  event.stopPropagation();
  const all = entries();
  const here = all.indexOf(document.activeElement);
  const steps = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 };
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    closeMenu();
  } else if (event.key in steps) {
    event.preventDefault();
    all.at(steps[event.key] % all.length).focus();
  }
}, true);
document.addEventListener("pointerdown", (event) => { if (!menu.contains(event.target)) closeMenu(); });
document.addEventListener("scroll", (event) => { if (!menu.contains(event.target)) closeMenu(); }, true);
root.addEventListener("contextmenu", (event) => {
  const item = itemOf(event.target);
  if (!item?.dataset.id || event.target.closest("input, a") || event.pointerType === "touch") return;
  event.preventDefault();
  focusItem(item);
  openMenu(item);
});
