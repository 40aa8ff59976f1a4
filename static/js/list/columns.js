// The columns of a list, chosen in a dialog: the form of their own page, where the order can be changed as well.
import { here, tell, words } from "./page.js";

const dialog = document.getElementById("columns");
const link = document.querySelector("[data-columns]");

async function open() {
  const url = new URL(link.href);
  url.searchParams.set("url", here());
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = page.getElementById("columns-form");
  if (!form) { // logged out, or refused: let the browser show it
    location.assign(url);
    return;
  }
  const title = document.createElement("h2");
  title.className = "h3 m-0 p-3";
  title.id = "columns-title";
  title.textContent = link.textContent.trim();
  dialog.replaceChildren(title, document.adoptNode(form));
  form.addEventListener("click", onClick);
  form.addEventListener("submit", onSubmit);
  dialog.showModal();
  form.querySelector("input[name=column]").focus();
}

function onClick(event) {
  const step = event.target.closest("[data-step]");
  if (event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  }
  if (!step) return;
  const item = step.closest("li");
  const other = step.dataset.step === "1" ? item.nextElementSibling : item.previousElementSibling;
  if (!other) return;
  if (step.dataset.step === "1") other.after(item);
  else other.before(item);
  step.focus();
}

/** A list without columns cannot be: say so at the first box. */
function onSubmit(event) {
  const boxes = [...event.target.querySelectorAll("input[name=column]")];
  const isBlank = event.submitter?.name !== "reset" && !boxes.some((box) => box.checked);
  boxes[0].setCustomValidity(isBlank ? words.noColumn : "");
  if (!isBlank) return;
  event.preventDefault();
  boxes[0].reportValidity();
  boxes.forEach((box) => box.addEventListener("change", () => boxes[0].setCustomValidity(""), { once: true }));
}

link?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open().catch(() => tell(words.failed));
});
