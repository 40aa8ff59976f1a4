// Adding many nodes at once: an indented outline is pasted, each line says what becomes of it, then all are added or none.
import { open, reload } from "./levels.js";
import { announce, element, fill, inTurn, may, request, state, tell, urls, words } from "./page.js";
import { canOpen, childrenOf, focusItem, idOf, isOpen, nameOf, show } from "./rows.js";
import { searchAgain } from "./find.js";
import { toast } from "./toast.js";

const WAIT_MS = 350;
const dialog = document.getElementById("tree-outline");
const form = dialog?.querySelector("form");
const field = dialog?.querySelector("textarea");
const list = dialog?.querySelector(".tree-lines");
const summary = dialog?.querySelector(".tree-summary");
const fault = dialog?.querySelector(".tree-outline-fault");
const okButton = dialog?.querySelector('[type="submit"]');

let parent = null;
let timer = 0;

/** Ask for an outline below a row (null: at the top level). What was typed before and given up is still there. */
export function openOutline(item) {
  if (!may.add) return;
  tell();
  parent = item;
  dialog.querySelector("h2").textContent = item ? fill(words.outlineUnder, { name: nameOf(item) }) : words.outlineRoot;
  preview();
  dialog.showModal();
  field.focus();
}

const body = () => ({ parent_id: idOf(parent), text: field.value });

async function preview() {
  clearTimeout(timer);
  const asked = field.value;
  if (!asked.trim()) {
    draw({ lines: [], new: 0, present: 0, repeated: 0, refused: 0 });
    return;
  }
  try {
    const answer = await request(urls.outline_preview, body());
    if (asked === field.value) draw(answer);
  } catch (refusal) {
    if (asked !== field.value) return;
    draw({ lines: [], new: 0, present: 0, repeated: 0, refused: 0 });
    fault.textContent = refusal.message;
  }
}

function draw(answer) {
  fault.textContent = "";
  list.replaceChildren(...answer.lines.map(lineOf));
  const parts = [[words.outlineNew, answer.new], [words.outlinePresent, answer.present + answer.repeated], [words.outlineRefused, answer.refused]];
  summary.replaceChildren(...parts.filter(([, count]) => count).map(([text, count]) => element("li", "", fill(text, { count }))));
  okButton.disabled = !answer.new || answer.refused > 0;
  okButton.textContent = answer.new ? fill(words.outlineOk, { count: answer.new }) : words.ok;
  list.querySelector(".is-refused")?.scrollIntoView({ block: "nearest" });
}

function lineOf(line) {
  const item = element("li", `tree-line is-${line.state}`);
  const name = element("span", "tree-line-name", line.name);
  name.style.setProperty("--level", Math.min(line.level, 8) - 1);
  const number = element("span", "tree-line-number", String(line.number));
  number.setAttribute("aria-label", fill(words.line, { count: line.number }));
  number.setAttribute("role", "img");
  item.append(number, name);
  if (line.message) item.append(element("span", "tree-line-note", line.message));
  return item;
}

async function send() {
  okButton.disabled = true;
  try {
    const answer = await inTurn(() => request(urls.outline, body()));
    field.value = "";
    dialog.close();
    await showAdded(fill(words.outlineAdded, { count: answer.new }));
  } catch (refusal) {
    await preview();
    fault.textContent = refusal.message;
    field.focus();
  }
}

async function showAdded(message) {
  if (state.isFiltered) {
    await searchAgain(idOf(parent));
  } else {
    await reload(parent);
    if (parent && canOpen(parent) && !isOpen(parent)) await open(parent);
    else if (parent) show(parent, true);
    await Promise.all(childrenOf(parent).filter((child) => child.dataset.loaded).map(reload));
    focusItem(parent ?? childrenOf(null).at(-1));
  }
  announce(message);
  toast(message);
}

if (dialog) {
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(preview, WAIT_MS); });
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    if (!parent) document.getElementById("tree-outline-root")?.focus();
    else if (parent.isConnected) focusItem(parent);
  });
}
