// What shapes the tree: add, rename, move. A move is shown at once and taken back with the reason if the server refuses.
import { countAll } from "./counts.js";
import { edit } from "./editor.js";
import { load, open, reload, reloadAround, remember } from "./levels.js";
import { announce, fill, inTurn, may, Refusal, request, state, tell, urls, words } from "./page.js";
import {
  canOpen, childrenOf, find, focusItem, idOf, isOpen, keepFocus, levelOf, listOf, makeRow, nameOf, parentOf, refresh, update, versionOf,
} from "./rows.js";

/** Ask for a name and add a node as the last child of a row; without one as the last root. */
export async function add(parent) {
  if (!may.add) return;
  if (parent && canOpen(parent)) await open(parent);
  const draft = makeRow({ id: "", version: 0, name: "", is_active: true }, levelOf(parent) + 1);
  delete draft.dataset.id;
  listOf(parent).append(draft);
  if (parent) parent.dataset.loaded = "1";
  refresh(parent);
  const save = (name) => inTurn(() => request(urls.add, { name, parent_id: idOf(parent) }));
  let isParentGone = false;
  const added = await edit(draft, "", save, async (refusal) => {
    isParentGone = refusal.status === 404;
    return isParentGone ? fill(words.isGone, { name: nameOf(parent) }) : refusal.message;
  });
  draft.remove();
  if (!added) {
    refresh(parent);
    focusItem(parent);
    if (isParentGone) await reload(parentOf(parent));
    return;
  }
  const item = find(added.row.id) ?? makeRow({ ...added.row, has_children: false }, levelOf(parent) + 1);
  item.dataset.loaded = "1";
  listOf(parent).append(item);
  refresh(parent);
  remember();
  announce(fill(words.added, { name: added.row.name }));
  focusItem(item);
}

export async function rename(item) {
  if (!may.edit) return;
  const save = (name) => inTurn(() => request(urls.rename, { id: idOf(item), name, version: versionOf(item) }));
  const renamed = await edit(item, nameOf(item), save, (refusal) => explainRename(item, refusal));
  if (renamed) {
    update(item, renamed.row);
    announce(fill(words.renamed, { name: renamed.row.name }));
  } else if (item.dataset.isGone) {
    takeAway(item);
    return;
  }
  focusItem(item);
}

/** Take a row from the page; the focus goes to the nearest one that is left. */
export function takeAway(item) {
  const parent = parentOf(item);
  focusItem(item);
  keepFocus(() => item.remove());
  refresh(parent);
}

/** Where somebody else was quicker, show the node as it is now; what was typed stays in the field. */
async function explainRename(item, refusal) {
  if (!refusal.isStale) return refusal.message;
  try {
    const { row } = await request(`${urls.node}?id=${idOf(item)}`);
    update(item, row);
    return fill(words.isRenamed, { name: row.name });
  } catch (gone) {
    if (gone.isStale) item.dataset.isGone = "1";
    return gone.isStale ? fill(words.isGone, { name: nameOf(item) }) : gone.message;
  }
}

/** Move a row under a parent (null: the top level), before a sibling (null: last). */
export const move = (item, parent, before = null) => inTurn(() => moveNow(item, parent, before));

async function moveNow(item, parent, before) {
  if (!may.edit || before === item || (parentOf(item) === parent && item.nextElementSibling === before)) return;
  tell();
  const old = { parent: parentOf(item), next: item.nextElementSibling };
  try {
    if (item.contains(parent)) throw new Refusal(422, words.cycle);
    await load(parent);
    put(item, parent, before);
    if (old.parent !== parent) refresh(old.parent);
    const answer = await request(urls.move, {
      id: idOf(item), parent_id: idOf(parent), version: versionOf(item), ...(before ? { before_id: idOf(before) } : {}),
    });
    item.dataset.version = answer.version;
    await sort(parent, answer.order);
    sayPlace(item, parent, answer.order);
    if (Number(item.dataset.count)) countAll();
  } catch (refusal) {
    if (item.isConnected && (parentOf(item) !== old.parent || item.nextElementSibling !== old.next)) putBack(item, parent, old);
    await explainMove(item, refusal, old.parent, parent);
  }
  if (item.isConnected) focusItem(item);
}

/** Move a row under a parent that is not on the page ({id, name}, null: the top level), as its last child. */
export const moveUnseen = (item, parent) => inTurn(async () => {
  tell();
  const body = { id: idOf(item), parent_id: parent?.id ?? null, version: versionOf(item) };
  try {
    const { version, order } = await request(urls.move, body);
    item.dataset.version = version;
    const place = { place: order.indexOf(idOf(item)) + 1, count: order.length };
    announce(fill(words.moved, { name: nameOf(item), parent: parent?.name ?? words.topLevel, ...place }));
  } catch (refusal) {
    await explainMove(item, refusal);
  }
});

function put(item, parent, before) {
  if (parent) parent.dataset.loaded = "1";
  keepFocus(() => listOf(parent).insertBefore(item, before));
  refresh(parent);
  if (parent && !isOpen(parent)) open(parent);
  else remember();
}

function putBack(item, parent, old) {
  keepFocus(() => listOf(old.parent).insertBefore(item, old.next?.isConnected ? old.next : null));
  refresh(parent);
  refresh(old.parent);
  remember();
}

/** Say why; where somebody else was quicker, show how it is now. */
async function explainMove(item, refusal, ...parents) {
  const name = nameOf(item);
  const text = refusal.isStale ? fill(words.isStale, { name }) : refusal.message;
  if (refusal.isStale) await reloadAround(item, ...parents);
  tell(text);
  announce(text);
}

/** Bring the rows into the server's order; where it knows others than we do, fetch them. */
async function sort(parent, order) {
  const items = new Map(childrenOf(parent).map((child) => [idOf(child), child]));
  if (order.length !== items.size || order.some((id) => !items.has(id))) return reload(parent);
  if (childrenOf(parent).every((child, index) => idOf(child) === order[index])) return undefined;
  keepFocus(() => listOf(parent).append(...order.map((id) => items.get(id))));
  return undefined;
}

function sayPlace(item, parent, order) {
  announce(fill(words.moved, {
    name: nameOf(item), parent: nameOf(parent), place: order.indexOf(idOf(item)) + 1, count: order.length,
  }));
}

/** A move by one step: where to is asked only when its turn has come, since the moves before it change the answer. */
const step = (where, otherwise) => (item) => inTurn(async () => {
  if (!may.edit) return;
  if (state.isFiltered) {
    announce(words.clearFirst);
    tell(words.clearFirst);
    return;
  }
  const place = where(item);
  if (place) await moveNow(item, place.parent, place.before);
  else announce(otherwise);
});

export const moveUp = step(
  (item) => item.previousElementSibling && { parent: parentOf(item), before: item.previousElementSibling }, words.isFirst,
);
export const moveDown = step(
  (item) => item.nextElementSibling && { parent: parentOf(item), before: item.nextElementSibling.nextElementSibling }, words.isLast,
);
export const indent = step((item) => item.previousElementSibling && { parent: item.previousElementSibling, before: null }, words.isFirst);
export const outdent = step((item) => {
  const parent = parentOf(item);
  return parent && { parent: parentOf(parent), before: parent.nextElementSibling };
}, words.isRoot);

/** Move a row to a place among its siblings, counted from 1. */
export function moveToPlace(item, place) {
  const others = childrenOf(parentOf(item)).filter((child) => child !== item);
  return move(item, parentOf(item), others[place - 1] ?? null);
}
