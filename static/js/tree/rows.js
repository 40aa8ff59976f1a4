// The rows of the tree as they stand on the page: finding, making, naming, the focus. Nothing here asks the server.
import { fill, root, words } from "./page.js";

const template = document.getElementById("tree-row");

export const itemOf = (element) => element.closest(".tree-item");
export const idOf = (item) => (item ? Number(item.dataset.id) : null);
export const listOf = (item) => (item ? item.querySelector(":scope > .tree-list") : root);
export const rowOf = (item) => item.querySelector(":scope > .tree-row");
export const childrenOf = (item) => [...listOf(item).children].filter((child) => child.dataset.id);
export const parentOf = (item) => itemOf(item.parentElement);
export const nameOf = (item) => (item ? rowOf(item).querySelector(".tree-name").textContent : words.topLevel);
export const levelOf = (item) => (item ? Number(item.getAttribute("aria-level")) : 0);
export const canOpen = (item) => item.hasAttribute("aria-expanded");
export const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
export const isInactive = (item) => item.classList.contains("is-inactive");
export const find = (id) => root.querySelector(`.tree-item[data-id="${Number(id)}"]`);
export const visibleItems = () => [...root.querySelectorAll(".tree-item[data-id]")].filter((item) => !item.parentElement.closest("[hidden]"));
/** Whether somebody types in a row or below it: it stays until they have done, so that nothing typed is lost. */
export const isEdited = (item) => item.querySelector(".tree-editor") !== null;
export const versionOf = (item) => Number(item.dataset.version);

/** Return the ids from the root to a row. */
export function wayTo(item) {
  const ids = [];
  for (let at = item; at; at = parentOf(at)) ids.unshift(idOf(at));
  return ids;
}

export function makeRow(node, level) {
  const item = template.content.firstElementChild.cloneNode(true);
  item.dataset.id = node.id;
  item.setAttribute("aria-level", level);
  rowOf(item).querySelector(".tree-name").id = `tree-name-${node.id}`;
  rowOf(item).querySelector(".tree-inactive").id = `tree-state-${node.id}`;
  update(item, node);
  return item;
}

/** Make a row say what the server says of its node. */
export function update(item, node) {
  const row = rowOf(item);
  item.dataset.version = node.version;
  item.classList.toggle("is-inactive", !node.is_active);
  item.setAttribute("aria-labelledby", `tree-name-${node.id}${node.is_active ? "" : ` tree-state-${node.id}`}`);
  row.querySelector(".tree-name").textContent = node.name;
  row.querySelector("[data-act=add]")?.setAttribute("aria-label", fill(words.addUnder, { name: node.name }));
  row.querySelector("[data-act=menu]")?.setAttribute("aria-label", fill(words.actions, { name: node.name }));
  if (node.has_children === undefined) return; // an answer that does not know
  if (node.has_children && !canOpen(item)) {
    delete item.dataset.loaded;
    show(item, false);
  } else if (!node.has_children && canOpen(item) && !isEdited(item)) {
    listOf(item).replaceChildren();
    refresh(item);
  }
}

/** Show or hide what stands below a row. */
export function show(item, isShown) {
  item.setAttribute("aria-expanded", String(isShown));
  listOf(item).hidden = !isShown;
}

/** Make rows say the truth after nodes came or went: level, whether there is something to open, the empty page. */
export function refresh(item) {
  const list = listOf(item);
  if (!item) {
    root.hidden = !root.children.length;
    document.getElementById("tree-empty").hidden = !root.hidden;
    if (!root.querySelector('[tabindex="0"]') && root.firstElementChild) setTabbable(root.firstElementChild);
  } else if (!list.children.length) {
    item.removeAttribute("aria-expanded");
    list.hidden = true;
  } else if (!canOpen(item)) {
    show(item, true);
  }
  for (const child of list.children) setLevel(child, levelOf(item) + 1);
}

function setLevel(item, level) {
  if (levelOf(item) === level) return;
  item.setAttribute("aria-level", level);
  for (const child of listOf(item).children) setLevel(child, level + 1);
}

/** Only one row, and its buttons, are reached by Tab; arrows do the rest. */
export function setTabbable(item) {
  for (const old of root.querySelectorAll('[tabindex="0"]')) old.tabIndex = -1;
  item.tabIndex = 0;
  for (const control of rowOf(item).querySelectorAll("button, a")) control.tabIndex = 0;
}

/** Put the focus on a row; without one, as in an empty tree, on what adds the first. */
export function focusItem(item) {
  if (!item) {
    document.getElementById("tree-add-root")?.focus();
    return;
  }
  setTabbable(item);
  item.focus();
}

/**
 * Change rows without losing the focus: what had it has it again, and where that is gone the nearest row that is left.
 * A row that is put elsewhere in the page loses the focus, and so does a field in it.
 */
export function keepFocus(change) {
  const focused = document.activeElement;
  const item = root.contains(focused) ? itemOf(focused) : null;
  const near = [];
  for (let at = item; at; at = parentOf(at)) {
    for (let next = at.nextElementSibling; next; next = next.nextElementSibling) near.push(next);
    for (let previous = at.previousElementSibling; previous; previous = previous.previousElementSibling) near.push(previous);
    if (parentOf(at)) near.push(parentOf(at));
  }
  change();
  if (!item || document.activeElement === focused) return;
  if (focused.isConnected) focused.focus({ preventScroll: true });
  else focusItem(item.isConnected ? item : near.find((one) => one.isConnected && one.dataset.id) ?? root.firstElementChild);
}

root.addEventListener("focusin", (event) => {
  const item = itemOf(event.target);
  if (item?.dataset.id && item.tabIndex !== 0) setTabbable(item);
});
