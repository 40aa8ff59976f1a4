// What was done, with one click to undo it: stays until it is closed or something else is done.
const box = document.getElementById("tree-toast");
const text = box.querySelector(".tree-toast-text");
const button = box.querySelector("[data-undo]");

let undo = null;

/** Say what was done; with undo, offer to take it back. */
export function toast(message, act = null) {
  undo = act;
  text.textContent = message;
  button.hidden = !act;
  box.hidden = false;
}

export function closeToast() {
  box.hidden = true;
  undo = null;
}

/** Take back what was done last, if it can be. */
export async function undoLast() {
  if (!undo) return;
  const act = undo;
  closeToast();
  await act();
}

button.addEventListener("click", undoLast);
box.querySelector("[data-close]").addEventListener("click", closeToast);
