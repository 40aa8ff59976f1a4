// The menu of a row and the dialog "Move to…": all that dragging does, by plain buttons.
import { add, indent, move, moveDown, moveUp, outdent, remove, rename } from "./actions.js";
import { hitButton, note, search } from "./find.js";
import { fill, find, focusItem, idOf, may, nameOf, open, parentOf, urls, words } from "./rows.js";

const menu = document.getElementById("tree-menu");
const dialog = document.getElementById("tree-dialog");

/** What the menu offers: words, the key that does the same, whether it can be done to a row, what it does. */
const ENTRIES = [
  { words: words.add, key: "+", can: () => may.add, act: add },
  { words: words.rename, key: "F2", can: () => may.edit, act: rename },
  { words: words.moveUp, key: "Alt ↑", can: (item) => may.edit && item.previousElementSibling, act: moveUp },
  { words: words.moveDown, key: "Alt ↓", can: (item) => may.edit && item.nextElementSibling, act: moveDown },
  { words: words.indent, key: "Alt →", can: (item) => may.edit && item.previousElementSibling, act: indent },
  { words: words.outdent, key: "Alt ←", can: (item) => may.edit && parentOf(item), act: outdent },
  { words: words.moveTo, key: "", can: () => may.edit, act: openDialog },
  { words: words.edit, key: "", can: () => may.edit, act: (item) => { location.href = urls.edit + idOf(item); } },
  { words: words.remove, key: "Delete", can: () => may.remove, act: remove, isDanger: true },
];

let owner = null;

export function openMenu(item, button = null) {
  closeMenu();
  owner = item;
  menu.replaceChildren(...ENTRIES.filter((entry) => entry.can(item)).map((entry) => entryButton(entry, item)));
  if (!menu.children.length) return;
  const anchor = button ?? item.querySelector(".tree-name");
  item.firstElementChild.classList.add("is-open");
  menu.hidden = false;
  const box = anchor.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${box.bottom + menu.offsetHeight + 8 < innerHeight ? box.bottom + 2 : Math.max(8, box.top - menu.offsetHeight - 2)}px`;
  menu.firstElementChild.focus();
}

function entryButton(entry, item) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `dropdown-item${entry.isDanger ? " text-danger" : ""}`;
  button.setAttribute("role", "menuitem");
  button.tabIndex = -1;
  button.append(entry.words);
  if (entry.key) {
    const key = document.createElement("kbd");
    key.textContent = entry.key;
    button.append(key);
  }
  button.addEventListener("click", () => { closeMenu(); entry.act(item); });
  return button;
}

function closeMenu(isBack = false) {
  if (!owner) return;
  owner.firstElementChild.classList.remove("is-open");
  menu.hidden = true;
  if (isBack) focusItem(owner);
  owner = null;
}

// On its way down: Bootstrap, which waits at the document, would take the arrows for a menu of its own.
window.addEventListener("keydown", (event) => {
  if (!menu.contains(event.target)) return;
  event.stopPropagation();
  const entries = [...menu.children];
  const here = entries.indexOf(document.activeElement);
  const steps = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: entries.length - 1 };
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    closeMenu(true);
  } else if (event.key in steps) {
    event.preventDefault();
    entries.at(steps[event.key] % entries.length).focus();
  }
}, true);
document.addEventListener("pointerdown", (event) => { if (!menu.contains(event.target)) closeMenu(); });
document.addEventListener("scroll", () => closeMenu(), true);

/** Let the person search for a new parent. */
function openDialog(item) {
  const input = dialog.querySelector("input");
  const targets = dialog.querySelector(".tree-targets");
  dialog.querySelector("h2").textContent = fill(words.moveTitle, { name: nameOf(item) });
  const choose = async (path) => {
    dialog.close();
    for (const step of path.slice(0, -1)) await open(find(step.id));
    const parent = path.length ? find(path.at(-1).id) : null;
    await move(item, parent);
  };
  const topLevel = () => hitButton(words.topLevel, "", () => choose([]));
  const show = async () => {
    const asked = input.value;
    const found = asked.trim() ? await search(asked) : { rows: [] };
    if (asked !== input.value) return;
    const others = found.rows.filter((hit) => !hit.path.some((step) => step.id === idOf(item)));
    targets.replaceChildren(topLevel(), ...others.map((hit) => hitButton(hit.name, pathAbove(hit), () => choose(hit.path))));
    if (asked.trim() && !others.length) targets.append(note(words.noHits));
  };
  input.value = "";
  input.oninput = show;
  input.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    targets.querySelectorAll("button")[input.value.trim() ? 1 : 0]?.click();
  };
  show();
  dialog.showModal();
  input.focus();
  dialog.onclose = () => { if (item.isConnected) focusItem(item); };
}

const pathAbove = (hit) => hit.path.slice(0, -1).map((step) => step.name).join(" / ");
