// Editing a cell in its place. Enter, F2 or a double click open it; Enter and leaving save it, Tab goes on to the next,
// Esc takes back what was typed; the last edit can be undone.
import { beside, cellOf, find, focusCell, neighbour, read, request, rowOf } from "./cells.js";
import { announce, card, fill, tell, words } from "./page.js";

const TOAST_MS = 12000;
const region = card.querySelector("[data-region=rows]");
const toast = document.getElementById("list-toast");

let editor = null; // the cell under work: {cell, box, field, fault, id, name, label, version, before, isSaving}
let last = null; // the last edit, to be undone: {id, name, label, value, version}
let hiding = 0;

const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "1" : "") : field.value);
const shownIn = (cell) => cell.textContent.trim() || words.blank;

async function open(cell) {
  if (cell === editor?.cell || (editor && !(await save()))) return;
  cell.setAttribute("aria-busy", "true");
  try {
    const found = await read(cell);
    if (cell.isConnected && !editor) build(cell, found);
  } catch (refusal) {
    tell(refusal.message);
  } finally {
    cell.removeAttribute("aria-busy");
  }
}

function build(cell, { version, value, label, widget }) {
  const box = document.createElement("div");
  box.className = "cell-editor";
  box.innerHTML = widget;
  const field = box.firstElementChild;
  const fault = Object.assign(document.createElement("span"), { className: "cell-fault", id: "cell-fault" });
  fault.setAttribute("role", "alert");
  field.setAttribute("aria-label", label);
  field.setAttribute("aria-describedby", fault.id);
  box.append(fault);
  cell.append(box);
  cell.classList.add("is-editing");
  const { id } = rowOf(cell).dataset;
  editor = { cell, box, field, fault, id, name: cell.dataset.name, label, version, before: value, isSaving: false };
  tell();
  field.focus();
  field.select?.();
}

/** Take the field away; the cell shows what it showed, or what was saved. */
function close({ isBack = false } = {}) {
  if (!editor) return;
  const { cell, box } = editor;
  editor = null;
  box.remove();
  cell.classList.remove("is-editing");
  if (isBack && cell.isConnected) focusCell(cell);
}

/** Save what was typed. Refused, the field keeps the focus, or, left by it, stays open. Resolves to whether the cell is free again. */
async function save({ isBack = false, isLeft = false } = {}) {
  const { field, id, name, version, before, isSaving } = editor;
  if (isSaving) return false;
  const value = valueOf(field);
  if (field.validity.badInput) { // half a number reads as nothing: not to be taken for it
    await refused({ status: 0, message: field.validationMessage }, isLeft);
    return false;
  }
  if (value === before) {
    close({ isBack });
    return true;
  }
  const current = editor;
  current.isSaving = true;
  try {
    const answer = await request("", { id: Number(id), name, value, version });
    close({ isBack });
    done(current, answer, words.saved);
    last = { id, name, label: current.label, value: before, version: answer.version };
    return true;
  } catch (refusal) {
    current.isSaving = false;
    await refused(refusal, isLeft);
    return false;
  }
}

/** Say why at the cell. Somebody else's change is shown; sending once more replaces it. */
async function refused({ status, message }, isLeft) {
  if (!editor) return;
  const current = editor;
  let reason = message;
  if (status === 409) {
    try {
      const found = await read(current.cell);
      reason = fill(words.meanwhile, { value: found.value || words.blank });
      Object.assign(current, { version: found.version, before: found.value });
    } catch (refusal) {
      reason = refusal.message;
    }
  }
  current.fault.textContent = reason;
  current.field.setAttribute("aria-invalid", "true");
  current.field.classList.add("is-invalid");
  if (!isLeft) current.field.focus();
}

function done({ id, name, label }, answer, sentence) {
  const cell = find(id, name) ?? document.createElement("td"); // none where the list shows other rows by now
  cell.innerHTML = answer.html;
  cell.classList.remove("is-saved");
  void cell.offsetWidth; // so that the animation begins anew
  cell.classList.add("is-saved");
  const text = fill(sentence, { name: label, value: shownIn(cell) });
  announce(text);
  showToast(text, sentence === words.saved);
}

function showToast(text, canUndo) {
  clearTimeout(hiding);
  toast.firstElementChild.textContent = text;
  toast.lastElementChild.hidden = !canUndo;
  toast.hidden = false;
  hiding = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
}

async function undo() {
  if (!last) return;
  const undone = last;
  const { id, name, value, version } = undone;
  last = null;
  try {
    done(undone, await request("", { id: Number(id), name, value, version }), words.undone);
    const cell = find(id, name);
    if (cell) focusCell(cell);
  } catch (refusal) {
    if (refusal.status === 0) last = undone; // no answer: it may be tried again
    else toast.hidden = true;
    tell(refusal.message);
  }
}

async function onEditorKey(event) {
  const { cell, field } = editor;
  if (event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    close({ isBack: true });
  } else if (event.key === "Enter" && !(event.shiftKey && field.matches("textarea"))) {
    event.preventDefault();
    await save({ isBack: true });
  } else if (event.key === "Tab") {
    event.preventDefault();
    const next = beside(cell, event.shiftKey ? -1 : 1);
    if ((await save({ isBack: true })) && next) {
      focusCell(next);
      await open(next);
    }
  }
}

region.addEventListener("keydown", (event) => {
  if (editor?.box.contains(event.target)) {
    onEditorKey(event);
    return;
  }
  if (!event.target.matches("td[data-name]")) return;
  const next = neighbour(event.target, event.key);
  if (event.key === "Enter" || event.key === "F2") open(event.target);
  else if (next) focusCell(next);
  if (event.key === "Enter" || event.key === "F2" || next) event.preventDefault();
});
region.addEventListener("dblclick", (event) => {
  const cell = cellOf(event.target);
  if (cell && !event.target.closest("a, .cell-editor")) open(cell);
});
region.addEventListener("focusout", (event) => {
  if (editor && editor.box.contains(event.target) && !editor.box.contains(event.relatedTarget) && document.hasFocus()) save({ isLeft: true });
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.shiftKey && last && !isTyping) {
    event.preventDefault();
    undo();
  }
});
toast.lastElementChild.addEventListener("click", undo);
document.addEventListener("list:shown", () => { editor = null; });
