// A short form of another page, shown as a dialog over the list. What cannot be shown so is opened as the page it is.
import { card } from "./page.js";

let dialog = null;

function frame() {
  dialog = document.createElement("dialog");
  dialog.className = "list-dialog";
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if ("close" in link.dataset) dialog.close();
    else if ("dialog" in link.dataset) show(link.href);
    else location.assign(link.href);
  });
  card.after(dialog);
}

/** Show the form of a page; `opener` gets the focus back. */
export async function show(url, opener) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
  const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = page?.getElementById("dialog-form");
  if (!form || form.querySelector("select[data-lookup]")) { // refused, logged out, or a picker that needs its page
    location.assign(url);
    return;
  }
  if (!dialog) frame();
  const title = document.createElement("h2");
  title.className = "h3 m-0 p-3";
  title.id = "dialog-title";
  title.textContent = form.dataset.title;
  dialog.replaceChildren(title, document.adoptNode(form));
  if (!dialog.open) dialog.showModal();
  if (opener) dialog.addEventListener("close", () => opener.focus({ preventScroll: true }), { once: true });
  form.querySelector("select, button, a.btn").focus();
}
