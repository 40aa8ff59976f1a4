// How many customers stand at a node and below it. Asked for whole levels, by one question for all that were just opened.
import { fill, request, root, urls, words } from "./page.js";
import { childrenOf, find, rowOf } from "./rows.js";

const WAIT_MS = 60;
/** The server counts at so many nodes at once. */
const AT_ONCE = 200;

const template = document.getElementById("tree-count");

let parents = new Set();
let ids = new Set();
let timer = 0;

/** Count at the children of a node; null are the roots. */
export function count(parentId) {
  parents.add(parentId ?? 0);
  soon();
}

/** Count at nodes by themselves: those that a search has found. */
export function countAt(nodeIds) {
  for (const id of nodeIds) ids.add(id);
  soon();
}

/** Count anew at all that is shown, after rows were moved or customers handed over. */
export function countAll() {
  parents.add(0);
  for (const item of root.querySelectorAll(".tree-item[data-loaded]")) parents.add(Number(item.dataset.id));
  soon();
}

function soon() {
  if (!words.counted) return;
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
}

async function ask() {
  const asked = { parents: [...parents].slice(0, AT_ONCE), ids: [...ids].slice(0, AT_ONCE) };
  for (const id of asked.parents) parents.delete(id);
  for (const id of asked.ids) ids.delete(id);
  const { counts } = await request(`${urls.usage}?parents=${asked.parents}&ids=${asked.ids}`).catch(() => ({ counts: null }));
  if (!counts) return; // a tree without numbers is better than none
  const below = asked.parents.flatMap((id) => (id === 0 ? childrenOf(null) : find(id) ? childrenOf(find(id)) : []));
  for (const item of [...below, ...asked.ids.map(find)]) if (item) put(item, counts[item.dataset.id] ?? [0, 0]);
  if (parents.size || ids.size) soon();
}

function put(item, [total, own]) {
  const row = rowOf(item);
  const present = row.querySelector(".tree-count");
  item.dataset.count = total;
  if (!total) {
    present?.remove();
    return;
  }
  const badge = present ?? template.content.firstElementChild.cloneNode(true);
  if (!present) row.querySelector(".tree-actions").before(badge);
  const text = fill(words.counted, { count: total, own });
  badge.querySelector(".tree-number").textContent = total;
  badge.querySelector(".visually-hidden").textContent = text;
  badge.title = text;
  if (!urls.rows) return;
  badge.href = urls.rows + item.dataset.id;
  badge.tabIndex = item.tabIndex;
}
