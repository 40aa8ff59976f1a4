// The menu of a row. It is on the page once; a row says by signs which entries it has. Without scripts the button is a
// link to the row's own page.
import { show } from "./dialog.js";
import { card, csrfToken, entries, fill, here, nameLabel } from "./page.js";

const SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz";
const menu = document.getElementById("row-entries");

let owner = null; // the button whose menu is open

const nameOf = (row) => row.querySelector(`td[data-label="${CSS.escape(nameLabel)}"]`).textContent.trim();

function act(entry, row) {
  let url = entry.url + row.dataset.id;
  if (entry.confirm && !window.confirm(fill(entry.confirm, { name: nameOf(row) }))) return;
  if (entry.comesBack) url += `&url=${encodeURIComponent(here())}`;
  if (entry.inDialog) show(url, row.querySelector(".row-menu"));
  else if (entry.isPost) post(url);
  else location.assign(url);
}

function post(url) {
  const form = document.createElement("form");
  form.method = "post";
  const { pathname, searchParams } = new URL(url, location.href);
  form.action = pathname;
  for (const [name, value] of [...searchParams, ["csrf_token", csrfToken()]]) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

function entryButton(entry, row) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `dropdown-item${entry.isDanger ? " text-danger" : ""}`;
  button.setAttribute("role", "menuitem");
  button.tabIndex = -1;
  button.textContent = entry.label;
  button.addEventListener("click", () => { close(true); act(entry, row); });
  return button;
}

function open(button) {
  close();
  const row = button.closest("tr");
  owner = button;
  menu.setAttribute("aria-label", nameOf(row));
  menu.replaceChildren(...[...row.dataset.do].map((sign) => entryButton(entries[SIGNS.indexOf(sign)], row)));
  menu.hidden = false;
  button.setAttribute("aria-expanded", "true");
  place();
  menu.firstElementChild.focus({ preventScroll: true });
}

/** Stand at the button, wherever scrolling takes it, but never out of sight. */
function place() {
  const box = owner.getBoundingClientRect();
  const under = box.bottom + 2;
  menu.style.left = `${Math.max(8, Math.min(box.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8))}px`;
  const top = under + menu.offsetHeight + 8 < innerHeight ? under : box.top - menu.offsetHeight - 2;
  menu.style.top = `${Math.max(8, Math.min(top, innerHeight - menu.offsetHeight - 8))}px`;
}

function close(isBack = false) {
  if (!owner) return;
  owner.setAttribute("aria-expanded", "false");
  menu.hidden = true;
  if (isBack) owner.focus({ preventScroll: true });
  owner = null;
}

card.addEventListener("click", (event) => {
  const button = event.target.closest(".row-menu");
  if (!button || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (button === owner) close(true);
  else open(button);
});
menu.addEventListener("keydown", (event) => {
  const found = [...menu.children];
  const index = found.indexOf(document.activeElement);
  const steps = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: found.length - 1 };
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    close(true);
  } else if (event.key in steps) {
    event.preventDefault();
    found.at(steps[event.key] % found.length).focus();
  }
});
document.addEventListener("pointerdown", (event) => {
  if (owner && !menu.contains(event.target) && !owner.contains(event.target)) close();
});
document.addEventListener("scroll", () => { if (owner) place(); }, true);
document.addEventListener("list:shown", () => close());
