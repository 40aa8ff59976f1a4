// Finding a node among many. The hits take the tree's place, each with what stands above it, opened; ending the search puts
// the tree back as it was, at the row that was looked at last.
import { countAt } from "./counts.js";
import { reloadAll, reveal } from "./levels.js";
import { announce, element, fill, page, request, root, state, tell, urls, words } from "./page.js";
import { find, focusItem, itemOf, listOf, makeRow, rowOf, setTabbable, show, visibleItems, wayTo } from "./rows.js";

const WAIT_MS = 180;

const input = document.getElementById("tree-find");
const note = document.getElementById("tree-found");
const empty = document.getElementById("tree-empty");

/** Ask the server: {hits: ids, best first, rows: hits and their ancestors, each with parent_id, has_more}. */
export const search = (text) => request(`${urls.find}?q=${encodeURIComponent(text.trim())}`);

/** Return for each node of a search its ancestors and itself, from the root. */
export function ways(rows) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const way = (row) => (row ? [...way(byId.get(row.parent_id)), row] : []);
  return new Map(rows.map((row) => [row.id, way(row)]));
}

/** The whole tree while hits are shown: its rows, and how often the server had changed it then. */
let kept = null;
let timer = 0;

async function look() {
  const asked = input.value.trim();
  if (!asked) {
    await leave();
    return;
  }
  let found;
  try {
    found = await search(asked);
  } catch (refusal) {
    tell(refusal.message);
    return;
  }
  if (asked !== input.value.trim()) return; // typed on meanwhile
  if (!kept) kept = { rows: [...root.children], changes: state.changes };
  state.isFiltered = true;
  page.classList.add("is-filtered");
  showFound(found, asked);
}

/** Draw the hits anew, after one of them was changed. */
export async function searchAgain(focusedId) {
  await look();
  const item = focusedId && find(focusedId);
  if (item) focusItem(item);
  else input.focus();
}

function showFound({ hits, rows, has_more: hasMore }, asked) {
  const below = new Map(rows.map((row) => [row.parent_id, []]));
  for (const row of rows) below.get(row.parent_id).push(row);
  root.replaceChildren(...build(below, null, 1));
  root.hidden = !hits.length;
  empty.hidden = true;
  for (const id of hits) mark(find(id), asked);
  if (hits.length) setTabbable(root.firstElementChild);
  countAt(rows.map((row) => row.id));
  const text = hits.length ? fill(words.hits, { count: hits.length }) : words.noHits;
  note.textContent = hasMore ? fill(words.moreHits, { count: hits.length }) : text;
  note.hidden = false;
  announce(note.textContent);
}

function build(below, parentId, level) {
  return (below.get(parentId) ?? []).map((node) => {
    const item = makeRow(node, level);
    const children = build(below, node.id, level + 1);
    if (children.length) {
      listOf(item).append(...children);
      show(item, true);
    }
    return item;
  });
}

/** Mark a hit, and in its name what was looked for, where it stands there as it was typed. */
function mark(item, asked) {
  item.classList.add("is-hit");
  const name = rowOf(item).querySelector(".tree-name");
  const text = name.textContent;
  const at = text.toLowerCase().indexOf(asked.toLowerCase());
  if (at < 0 || text.toLowerCase().length !== text.length) return;
  const end = at + asked.length;
  name.replaceChildren(text.slice(0, at), element("mark", "", text.slice(at, end)), text.slice(end));
}

/** Show the whole tree again, at a row of the hits. */
export async function leave(item = lookedAt()) {
  clearTimeout(timer);
  input.value = "";
  note.hidden = true;
  if (!kept) return null;
  const way = item ? wayTo(item) : null;
  const { rows, changes } = kept;
  kept = null;
  state.isFiltered = false;
  page.classList.remove("is-filtered");
  root.replaceChildren(...rows);
  root.hidden = !rows.length;
  empty.hidden = rows.length > 0;
  if (state.changes !== changes) await reloadAll().catch((refusal) => tell(refusal.message));
  if (root.firstElementChild && !root.querySelector('[tabindex="0"]')) setTabbable(root.firstElementChild);
  return way && reveal(way);
}

/** Show a hit in the whole tree, with the focus on it. */
export async function showInTree(item) {
  const shown = await leave(item);
  focusItem(shown ?? root.firstElementChild);
}

const lookedAt = () => (state.isFiltered ? root.querySelector('.tree-item[tabindex="0"].was-looked-at') : null);

root.addEventListener("focusin", (event) => {
  if (!state.isFiltered) return;
  for (const old of root.querySelectorAll(".was-looked-at")) old.classList.remove("was-looked-at");
  itemOf(event.target)?.classList.add("was-looked-at");
});

export function attachFind() {
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, input.value.trim() ? WAIT_MS : 0);
  });
  input.addEventListener("keydown", async (event) => {
    if (event.isComposing || !["Enter", "ArrowDown", "Escape"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Escape") {
      await leave();
      return;
    }
    clearTimeout(timer);
    if (input.value.trim()) await look();
    const first = state.isFiltered ? root.querySelector(".is-hit") : visibleItems()[0];
    if (first) focusItem(first);
  });
}
