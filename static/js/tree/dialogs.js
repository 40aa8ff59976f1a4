// Questions that need more than a click: another node, a place among siblings. All that dragging does, without dragging.
import { move, moveToPlace, moveUnseen } from "./actions.js";
import { search, searchAgain, ways } from "./find.js";
import { openWay } from "./levels.js";
import { element, fill, state, tell, words } from "./page.js";
import { childrenOf, find, focusItem, idOf, nameOf, parentOf } from "./rows.js";

const WAIT_MS = 180;
const pickDialog = document.getElementById("tree-pick");
const placeDialog = document.getElementById("tree-place");

/** Show a dialog; the promise ends with the value it was closed with, or null where it was given up. */
export function ask(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.onclose = () => resolve(dialog.returnValue || null);
    dialog.showModal();
  });
}

/**
 * Let the person search for a node other than the row's and those below it.
 * The promise ends with its way from the root, [] for the top level, or null.
 */
export async function pickNode(item, { title, hint = "", hasTop = false }) {
  const input = pickDialog.querySelector("input");
  const targets = pickDialog.querySelector(".tree-targets");
  let chosen = null;
  let timer = 0;
  const choose = (way) => { chosen = way; pickDialog.close("chosen"); };
  const show = async () => {
    const asked = input.value.trim();
    const found = asked ? await search(asked).catch((refusal) => refusal) : { hits: [], rows: [] };
    if (asked !== input.value.trim()) return;
    if (found instanceof Error) {
      targets.replaceChildren(note(found.message));
      return;
    }
    const wayOf = ways(found.rows);
    const hits = found.hits.map((id) => wayOf.get(id)).filter((way) => !way.some((step) => step.id === idOf(item)));
    const top = hasTop ? [target(words.topLevel, "", () => choose([]))] : [];
    targets.replaceChildren(...top, ...hits.map((way) => target(way.at(-1).name, above(way), () => choose(way))));
    if (asked && !hits.length) targets.append(note(words.noHits));
    if (found.has_more) targets.append(note(fill(words.moreHits, { count: found.hits.length })));
  };
  pickDialog.querySelector("h2").textContent = title;
  pickDialog.querySelector(".tree-hint").textContent = hint;
  input.value = "";
  input.oninput = () => { clearTimeout(timer); timer = setTimeout(show, WAIT_MS); };
  input.onkeydown = async (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    clearTimeout(timer);
    await show();
    targets.querySelectorAll("button")[hasTop && input.value.trim() ? 1 : 0]?.click();
  };
  await show();
  return (await ask(pickDialog)) && chosen;
}

const above = (way) => way.slice(0, -1).map((step) => step.name).join(" / ");
const note = (text) => element("li", "tree-note", text);

function target(name, path, choose) {
  const button = element("button", "tree-target", name);
  button.type = "button";
  if (path) button.append(element("small", "", path));
  button.addEventListener("click", choose);
  return element("li", "", button);
}

/** Ask where to, and move there. */
export async function moveTo(item) {
  const way = await pickNode(item, { title: fill(words.moveTitle, { name: nameOf(item) }), hasTop: true });
  if (!way) {
    focusItem(item);
  } else if (state.isFiltered) {
    const id = idOf(item);
    await moveUnseen(item, way.at(-1) ?? null);
    await searchAgain(id);
  } else {
    const parent = way.length ? await openWay(way.map((step) => step.id)) : null;
    if (way.length && !parent) tell(fill(words.isGone, { name: way.at(-1).name }));
    else await move(item, parent);
    if (item.isConnected) focusItem(item);
  }
}

/** Ask for a place among the siblings, and move there. */
export async function moveToPlaceOf(item) {
  const input = placeDialog.querySelector("input");
  const siblings = childrenOf(parentOf(item));
  placeDialog.querySelector("h2").textContent = fill(words.placeTitle, { name: nameOf(item) });
  placeDialog.querySelector("label").textContent = fill(words.place, { count: siblings.length });
  input.max = siblings.length;
  input.value = siblings.indexOf(item) + 1;
  const answer = ask(placeDialog);
  input.select();
  const place = (await answer) && Math.trunc(input.valueAsNumber);
  if (place) await moveToPlace(item, Math.min(Math.max(place, 1), siblings.length));
  if (find(idOf(item))) focusItem(item);
}
