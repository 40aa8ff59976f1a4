// Deeds on a node that reach further than the tree: deactivate, reactivate, replace, merge, delete. Before each stands in
// numbers what it touches; after each one click takes it back.
import { takeAway } from "./actions.js";
import { countAll } from "./counts.js";
import { ask, pickNode } from "./dialogs.js";
import { searchAgain } from "./find.js";
import { reloadAll, reloadAround } from "./levels.js";
import { announce, element, fill, inTurn, may, request, root, state, tell, urls, words } from "./page.js";
import { find, focusItem, idOf, nameOf, parentOf, update, versionOf } from "./rows.js";
import { toast } from "./toast.js";

const dialog = document.getElementById("tree-deed");
const okButton = dialog.querySelector('[value="ok"]');

/**
 * can: who may; needsTarget: another node has to be chosen first; isAsked: the dialog comes before it;
 * isEnd: the node is gone afterwards; isBlocked: whether what hangs on the node (the answer of impact/) stands in the way.
 */
const DEEDS = {
  deactivate: { can: () => may.edit, isAsked: true },
  reactivate: { can: () => may.edit },
  replace: { can: () => may.edit && may.remove, needsTarget: true, isAsked: true, isEnd: true, isBlocked: (found) => found.children > 0 },
  merge: { can: () => may.edit && may.remove, needsTarget: true, isAsked: true, isEnd: true },
  remove: {
    can: () => may.remove, isAsked: true, isEnd: true, isBlocked: (found) => found.customers + found.children + found.others > 0,
  },
};

export const can = (name) => DEEDS[name].can();

/** Do a deed on a row: choose the other node, look at the numbers, confirm, do it, offer to undo it. */
export async function deed(name, item) {
  const { needsTarget, isAsked } = DEEDS[name];
  if (!can(name)) return;
  tell();
  const target = needsTarget ? await pickTarget(name, item) : null;
  if (needsTarget && !target) {
    focusItem(item);
    return;
  }
  const answer = isAsked ? await confirmDeed(name, item, target) : "ok";
  if (answer === "ok") await inTurn(() => carryOut(name, item, target));
  else if (answer) await deed(answer, item);
  else focusAt(item);
}

async function pickTarget(name, item) {
  const way = await pickNode(item, { title: fill(words[`${name}Title`], { name: nameOf(item) }), hint: words[`${name}Hint`] });
  return way?.at(-1) ?? null;
}

/** Show what a deed touches; return "ok", the name of another deed chosen instead, or null. */
async function confirmDeed(name, item, target) {
  let found;
  try {
    found = await request(`${urls.base}impact/?id=${idOf(item)}`);
  } catch (refusal) {
    await explain(item, refusal);
    return null;
  }
  update(item, found); // what is confirmed is the node as it is now
  const { isBlocked } = DEEDS[name];
  const blocked = isBlocked?.(found) ?? false;
  const names = { name: found.name, target: target?.name };
  dialog.querySelector("h2").textContent = fill(words[`${name}Confirm`], names);
  dialog.querySelector(".tree-hint").textContent = fill(words[blocked ? `${name}Blocked` : `${name}Hint`], names);
  dialog.querySelector(".tree-impact").replaceChildren(...numbers(found).map((text) => element("li", "", text)));
  for (const button of dialog.querySelectorAll("[data-instead]")) {
    button.hidden = !blocked || button.value === name || !can(button.value) || (button.value === "replace" && found.children > 0)
      || (button.value === "deactivate" && !found.is_active);
  }
  okButton.hidden = blocked;
  okButton.textContent = words[name];
  okButton.className = `btn ${name === "remove" ? "btn-danger" : "btn-primary"}`;
  const answer = ask(dialog);
  dialog.querySelector(blocked ? ".tree-dialog-foot button:not([hidden])" : '[value="ok"]').focus();
  return answer;
}

function numbers(found) {
  const lines = [
    [words.impactCustomers, found.customers],
    [words.impactCustomersBelow, found.customers_below],
    [words.impactChildren, found.children],
    [words.impactDescendants, found.descendants > found.children ? found.descendants : 0],
    [words.impactPriceLevels, found.price_levels],
    [words.impactOthers, found.others],
  ].filter(([, count]) => count > 0);
  return lines.length ? lines.map(([text, count]) => fill(text, { count })) : [words.impactNone];
}

async function carryOut(name, item, target) {
  const body = { id: idOf(item), version: versionOf(item), ...(target ? { target_id: target.id } : {}) };
  let done;
  item.classList.add("is-busy");
  try {
    done = await request(`${urls.base}${name}/`, body);
  } catch (refusal) {
    await explain(item, refusal);
    return;
  } finally {
    item.classList.remove("is-busy");
  }
  if (DEEDS[name].isEnd) takeAway(item);
  await bringInLine(name, item, target);
  const message = done.message ?? fill(words.removed, { name: nameOf(item) });
  announce(message);
  toast(message, done.undo && (() => inTurn(() => undo(done.undo, body.id))));
}

async function bringInLine(name, item, target) {
  if (state.isFiltered) await searchAgain(DEEDS[name].isEnd ? target?.id : idOf(item));
  else if (name === "merge") await reloadAll();
  else if (!DEEDS[name].isEnd) await reloadAround(item);
  if (DEEDS[name].isEnd) countAll();
  if (item.isConnected) focusItem(item);
}

async function undo(token, id) {
  try {
    const { message } = await request(`${urls.base}undo/`, { token });
    announce(message);
    toast(message);
  } catch (refusal) {
    tell(refusal.message);
    announce(refusal.message);
  }
  if (state.isFiltered) await searchAgain(id);
  else await reloadAll().catch((refusal) => tell(refusal.message));
  countAll();
  focusAt(find(id));
}

/** Say why; where somebody else was quicker, show how it is now. */
async function explain(item, refusal) {
  const text = refusal.status === 409 ? fill(words.isStale, { name: nameOf(item) })
    : refusal.status === 404 ? fill(words.isGone, { name: nameOf(item) }) : refusal.message;
  if (refusal.isStale) await reloadAround(item, parentOf(item));
  tell(text);
  announce(text);
  focusAt(item);
}

/** Put the focus on a row, or on the one that Tab would reach if that is gone. */
function focusAt(item) {
  focusItem(item?.isConnected ? item : root.querySelector('.tree-item[tabindex="0"]') ?? root.firstElementChild);
}
