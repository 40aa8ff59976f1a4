// What is loaded and what is open: fetching children, opening, closing, bringing the page in line with the server.
import { count } from "./counts.js";
import { request, root, state, tell, urls } from "./page.js";
import {
  canOpen, childrenOf, find, focusItem, idOf, isEdited, isOpen, keepFocus, levelOf, listOf, makeRow, refresh, rowOf, setTabbable, show, update,
} from "./rows.js";

/** The server gives so many levels at once. */
const AT_ONCE = 200;
const storageKey = `tree:${document.body.dataset.person ?? ""}:${location.pathname}`;

/** Fetch the children of a row unless they are there. */
export async function load(item) {
  if (!item || item.dataset.loaded || !canOpen(item)) return;
  item.classList.add("is-busy");
  try {
    await reload(item);
  } finally {
    item.classList.remove("is-busy");
  }
}

export async function open(item) {
  if (!item || !canOpen(item)) return;
  try {
    await load(item);
  } catch (refusal) {
    tell(refusal.message);
    return;
  }
  if (!canOpen(item)) return;
  show(item, true);
  remember();
}

export function close(item) {
  const hadFocus = listOf(item).contains(document.activeElement);
  show(item, false);
  if (hadFocus) focusItem(item);
  remember();
}

/** Fetch the children of a row anew (null: the roots); rows that are open, edited or focused stay so. */
export async function reload(item) {
  const { rows } = await request(item ? `${urls.children}?parent_id=${idOf(item)}` : urls.children);
  reconcile(item, rows);
}

/** Fetch everything anew that was ever loaded. */
export async function reloadAll() {
  const loaded = [...root.querySelectorAll(".tree-item[data-loaded]")].filter((item) => item.dataset.id);
  const [{ rows }, levels] = await Promise.all([request(urls.children), fetchLevels(loaded.map(idOf))]);
  reconcile(null, rows);
  for (const item of loaded) if (item.isConnected) reconcile(item, levels.get(idOf(item)) ?? []);
  remember();
}

/** Bring the rows under a parent in line with what the server says, keeping those that are there. */
export function reconcile(parent, rows) {
  const list = listOf(parent);
  const present = new Map(childrenOf(parent).map((child) => [idOf(child), child]));
  const elsewhere = new Map([...root.querySelectorAll(".tree-item[data-id]")].map((item) => [idOf(item), item]));
  keepFocus(() => {
    let at = list.firstElementChild;
    for (const node of rows) {
      const item = present.get(node.id) ?? taken(elsewhere.get(node.id), list) ?? makeRow(node, levelOf(parent) + 1);
      present.delete(node.id);
      update(item, node);
      if (item === at) at = at.nextElementSibling;
      else list.insertBefore(item, at);
    }
    for (const gone of present.values()) if (!isEdited(gone)) gone.remove();
    if (parent) parent.dataset.loaded = "1";
    refresh(parent);
  });
  count(idOf(parent));
}

/** A node that somebody has moved comes along with what is open below it, unless that would put a row into itself. */
const taken = (item, list) => (item && !item.contains(list) ? item : null);

async function fetchLevels(ids) {
  const levels = new Map();
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const answer = await request(`${urls.levels}?ids=${ids.slice(start, start + AT_ONCE).join(",")}`);
    for (const [id, rows] of Object.entries(answer.levels)) levels.set(Number(id), rows);
  }
  return levels;
}

/** Keep in this browser which rows are open; those of other levels that are closed above stay kept. */
export function remember() {
  if (state.isFiltered) return;
  const ids = [...root.querySelectorAll('.tree-item[aria-expanded="true"]')].map(idOf);
  localStorage.setItem(storageKey, JSON.stringify(ids));
}

function remembered() {
  try {
    const ids = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(ids) ? ids.filter(Number.isInteger) : [];
  } catch {
    return []; // written by somebody else
  }
}

/** Open again what was open before the page was left. */
export async function restore() {
  if (root.firstElementChild) setTabbable(root.querySelector('.tree-item[tabindex="0"]') ?? root.firstElementChild);
  count(null);
  const ids = remembered();
  if (!ids.length) return;
  const levels = await fetchLevels(ids).catch(() => new Map());
  const again = (items) => {
    for (const item of items) {
      const rows = levels.get(idOf(item));
      if (!rows || item.dataset.loaded || !canOpen(item)) continue;
      reconcile(item, rows);
      show(item, true);
      again(childrenOf(item));
    }
  };
  again(childrenOf(null));
}

/** Open the way down a path of ids and return its end; null if it is gone. */
export async function openWay(ids) {
  for (const id of ids.slice(0, -1)) {
    const item = find(id);
    if (item && !isOpen(item)) await open(item);
  }
  return find(ids.at(-1));
}

/** Open the way to a node, mark it and bring it into sight. */
export async function reveal(ids) {
  const item = await openWay(ids);
  for (const old of root.querySelectorAll(".is-found")) old.classList.remove("is-found");
  if (!item) return null;
  item.classList.add("is-found");
  rowOf(item).scrollIntoView({ block: "center" });
  return item;
}

/** Bring everything in line after a change that touched more than one level. */
export async function reloadAround(item, ...parents) {
  const known = new Set(parents);
  try {
    if (item?.isConnected) {
      const { row, parent_id: parentId } = await request(`${urls.node}?id=${idOf(item)}`);
      update(item, row);
      known.add(parentId === null ? null : find(parentId));
    }
  } catch (refusal) {
    if (!refusal.isStale) throw refusal;
  }
  for (const parent of known) {
    if (parent === null || (parent?.isConnected && parent.dataset.loaded)) await reload(parent).catch(() => {});
  }
}
