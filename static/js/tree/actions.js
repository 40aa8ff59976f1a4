// What changes the tree: add, rename, move, delete. Each is shown at once and taken back with the reason if refused.
import {
  announce, childrenOf, fill, focusItem, idOf, isOpen, listOf, load, makeRow, may, nameOf, open, parentOf, refresh, reload, remember, request,
  setName, tell, urls, words,
} from "./rows.js";

const isStale = (refusal) => refusal.status === 404 || refusal.status === 409;

/** Show a field in a row; the promise ends with the answer of save, or null where it was given up. */
function edit(row, value, save) {
  const form = document.getElementById("tree-editor").content.firstElementChild.cloneNode(true);
  const input = form.querySelector("input");
  const fault = form.querySelector(".tree-fault");
  const buttons = form.querySelectorAll("button");
  input.value = value;
  row.append(form);
  row.classList.add("is-editing");
  input.focus();
  input.select();
  return new Promise((resolve) => {
    const end = (result) => {
      row.classList.remove("is-editing");
      form.remove();
      resolve(result);
    };
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") end(null);
    });
    form.querySelector("[data-cancel]").addEventListener("click", () => end(null));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      for (const button of buttons) button.disabled = true;
      try {
        end(await save(input.value));
      } catch (refusal) {
        fault.textContent = refusal.message;
        input.setAttribute("aria-invalid", "true");
        for (const button of buttons) button.disabled = false;
        input.focus();
      }
    });
  });
}

/** Ask for a name and add a node as the last child of a row; without one as the last root. */
export async function add(parent) {
  if (!may.add) return;
  tell();
  const had = parent?.hasAttribute("aria-expanded");
  if (parent && had) await open(parent);
  const level = parent ? Number(parent.getAttribute("aria-level")) + 1 : 1;
  const draft = makeRow({ id: "", version: 0, name: "", is_active: true }, level);
  delete draft.dataset.id;
  const list = listOf(parent);
  list.append(draft);
  if (parent) parent.dataset.loaded = "1";
  refresh(parent);
  const added = await edit(draft.firstElementChild, "", (name) => request(urls.add, { name, parent_id: idOf(parent) }));
  draft.remove();
  if (added) {
    const item = makeRow(added.row, level);
    item.dataset.loaded = "1";
    list.append(item);
    announce(fill(words.added, { name: added.row.name }));
    refresh(parent);
    focusItem(item);
  } else {
    refresh(parent);
    focusItem(parent);
  }
}

export async function rename(item) {
  if (!may.edit) return;
  tell();
  const body = (name) => ({ id: idOf(item), name, version: Number(item.dataset.version) });
  const renamed = await edit(item.firstElementChild, nameOf(item), (name) => request(urls.rename, body(name)));
  if (renamed) {
    item.dataset.version = renamed.version;
    setName(item, renamed.row.name);
    announce(fill(words.renamed, { name: renamed.row.name }));
  }
  focusItem(item);
}

export async function remove(item) {
  if (!may.remove || !window.confirm(fill(words.removeConfirm, { name: nameOf(item) }))) return;
  tell();
  const parent = parentOf(item);
  const next = item.nextElementSibling ?? item.previousElementSibling ?? parent;
  try {
    await request(urls.remove, { id: idOf(item), version: Number(item.dataset.version) });
  } catch (refusal) {
    tell(refusal.message);
    if (isStale(refusal)) await reload(parent);
    return;
  }
  announce(fill(words.removed, { name: nameOf(item) }));
  item.remove();
  refresh(parent);
  focusItem(next);
}

/**
 * Move a row: under a parent (null: the top level), before a sibling (null: last).
 * The page shows it at once; a refusal puts it back and says why.
 */
export async function move(item, parent, before = null) {
  if (!may.edit || before === item || (parentOf(item) === parent && item.nextElementSibling === before)) return;
  tell();
  const old = { parent: parentOf(item), next: item.nextElementSibling };
  const back = () => { listOf(old.parent).insertBefore(item, old.next); refresh(parent); refresh(old.parent); };
  try {
    await load(parent);
    if (item.contains(parent)) throw { status: 422, message: words.cycle };
    place(item, parent, before);
    refresh(old.parent);
    const answer = await request(urls.move, {
      id: idOf(item), parent_id: idOf(parent), version: Number(item.dataset.version), ...(before ? { before_id: idOf(before) } : {}),
    });
    item.dataset.version = answer.version;
    sort(parent, answer.order);
    announce(fill(words.moved, {
      name: nameOf(item), parent: nameOf(parent), place: answer.order.indexOf(idOf(item)) + 1, count: answer.order.length,
    }));
  } catch (refusal) {
    if (item.parentElement !== listOf(old.parent) || item.nextElementSibling !== old.next) back();
    tell(refusal.message);
    announce(refusal.message);
    if (isStale(refusal)) await reload(old.parent).catch(() => {});
  }
  if (item.isConnected) focusItem(item);
}

function place(item, parent, before) {
  if (parent) parent.dataset.loaded = "1";
  listOf(parent).insertBefore(item, before);
  refresh(parent);
  if (parent && !isOpen(parent)) open(parent);
  else remember();
}

/** Bring the rows into the server's order; where it knows others than we do, fetch them. */
function sort(parent, order) {
  const items = new Map(childrenOf(parent).map((child) => [idOf(child), child]));
  if (order.length !== items.size || order.some((id) => !items.has(id))) return reload(parent);
  const shown = childrenOf(parent).map(idOf);
  if (shown.every((id, index) => id === order[index])) return undefined;
  listOf(parent).append(...order.map((id) => items.get(id)));
  return undefined;
}

export const moveUp = (item) => item.previousElementSibling && move(item, parentOf(item), item.previousElementSibling);
export const moveDown = (item) => item.nextElementSibling && move(item, parentOf(item), item.nextElementSibling.nextElementSibling);
export const indent = (item) => item.previousElementSibling && move(item, item.previousElementSibling);
export const outdent = (item) => {
  const parent = parentOf(item);
  return parent && move(item, parentOf(parent), parent.nextElementSibling);
};

