// The rows of the tree as they stand on the page: reading, making, opening, closing. Nothing here changes the tree itself.

export const page = document.getElementById("tree");
export const root = document.getElementById("tree-root");
export const { urls, may, words, maxDepth } = JSON.parse(page.dataset.settings);

const alertBox = document.getElementById("tree-alert");
const live = document.getElementById("tree-live");
const template = document.getElementById("tree-row");
const storageKey = `tree:${location.pathname}`;

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
export const itemOf = (element) => element.closest(".tree-item");
export const idOf = (item) => (item ? Number(item.dataset.id) : null);
export const listOf = (item) => (item ? item.querySelector(":scope > .tree-list") : root);
export const childrenOf = (item) => [...listOf(item).children].filter((child) => child.dataset.id);
export const parentOf = (item) => itemOf(item.parentElement);
export const nameOf = (item) => (item ? item.querySelector(":scope > .tree-row > .tree-name").textContent : words.topLevel);
export const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
export const find = (id) => root.querySelector(`.tree-item[data-id="${Number(id)}"]`);
export const visibleItems = () => [...root.querySelectorAll(".tree-item[data-id]")].filter((item) => !item.parentElement.closest("[hidden]"));

/** Say something to who listens instead of looking. */
export const announce = (text) => { live.textContent = text; };

/** Show why something was refused; without a text take it away. */
export function tell(text) {
  alertBox.textContent = text ?? "";
  alertBox.hidden = !text;
}

/** Send JSON, or fetch it; throw {message, status} where it was refused. */
export async function request(url, body) {
  const options = { headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
    options.body = JSON.stringify(body);
  }
  let answer, data;
  try {
    answer = await fetch(url, options);
    data = await answer.json();
  } catch {
    throw { status: answer?.status ?? 0, message: words.failed };
  }
  if (!answer.ok) throw { status: answer.status, message: data.message };
  return data;
}

export function setName(item, name) {
  const row = item.querySelector(":scope > .tree-row");
  row.querySelector(".tree-name").textContent = name;
  row.querySelector("[data-act=add]")?.setAttribute("aria-label", fill(words.addUnder, { name }));
  row.querySelector("[data-act=menu]")?.setAttribute("aria-label", fill(words.actions, { name }));
}

export function makeRow(node, level) {
  const item = template.content.firstElementChild.cloneNode(true);
  item.dataset.id = node.id;
  item.dataset.version = node.version;
  item.setAttribute("aria-level", level);
  item.setAttribute("aria-labelledby", `tree-name-${node.id}`);
  item.querySelector(".tree-name").id = `tree-name-${node.id}`;
  item.classList.toggle("is-inactive", !node.is_active);
  if (node.has_children) item.setAttribute("aria-expanded", "false");
  setName(item, node.name);
  return item;
}

/** Make rows say the truth after nodes came or went: level, whether there is something to open, the empty page. */
export function refresh(item) {
  const list = listOf(item);
  if (!item) {
    root.hidden = !root.children.length;
    document.getElementById("tree-empty").hidden = !root.hidden;
    if (!root.querySelector('[tabindex="0"]') && root.firstElementChild) setTabbable(root.firstElementChild);
  } else if (!list.children.length && item.dataset.loaded) {
    item.removeAttribute("aria-expanded");
    list.hidden = true;
  } else if (list.children.length && !item.hasAttribute("aria-expanded")) {
    item.setAttribute("aria-expanded", "true");
    list.hidden = false;
  }
  const level = item ? Number(item.getAttribute("aria-level")) : 0;
  for (const child of list.children) setLevel(child, level + 1);
}

function setLevel(item, level) {
  if (Number(item.getAttribute("aria-level")) === level) return;
  item.setAttribute("aria-level", level);
  for (const child of listOf(item).children) setLevel(child, level + 1);
}

/** Only one row, and its buttons, are reached by Tab; arrows do the rest. */
export function setTabbable(item) {
  for (const old of root.querySelectorAll('[tabindex="0"]')) old.tabIndex = -1;
  item.tabIndex = 0;
  for (const button of item.querySelectorAll(":scope > .tree-row button")) button.tabIndex = 0;
}

/** Put the focus on a row; without one, as in an empty tree, on what adds the first. */
export function focusItem(item) {
  if (!item) {
    document.getElementById("tree-add-root")?.focus();
    return;
  }
  setTabbable(item);
  item.focus();
}

root.addEventListener("focusin", (event) => {
  const item = itemOf(event.target);
  if (item?.dataset.id && item.tabIndex !== 0) setTabbable(item);
});

/** Fetch the children of a row unless they are there. */
export async function load(item) {
  if (!item || item.dataset.loaded || !item.hasAttribute("aria-expanded")) return;
  item.classList.add("is-busy");
  try {
    const { rows } = await request(`${urls.children}?parent_id=${idOf(item)}`);
    const level = Number(item.getAttribute("aria-level")) + 1;
    listOf(item).replaceChildren(...rows.map((node) => makeRow(node, level)));
    item.dataset.loaded = "1";
    refresh(item);
  } finally {
    item.classList.remove("is-busy");
  }
}

export async function open(item) {
  if (!item || !item.hasAttribute("aria-expanded")) return;
  try {
    await load(item);
  } catch (refusal) {
    tell(refusal.message);
    return;
  }
  if (!item.hasAttribute("aria-expanded")) return;
  item.setAttribute("aria-expanded", "true");
  listOf(item).hidden = false;
  remember();
}

export function close(item) {
  item.setAttribute("aria-expanded", "false");
  listOf(item).hidden = true;
  if (listOf(item).contains(document.activeElement)) focusItem(item);
  remember();
}

/** Fetch the children of a row anew, after somebody else changed them. */
export async function reload(item) {
  const { rows } = await request(item ? `${urls.children}?parent_id=${idOf(item)}` : urls.children);
  const level = item ? Number(item.getAttribute("aria-level")) + 1 : 1;
  const focusedId = itemOf(document.activeElement)?.dataset.id;
  listOf(item).replaceChildren(...rows.map((node) => makeRow(node, level)));
  if (item) item.dataset.loaded = "1";
  refresh(item);
  await restore(listOf(item));
  if (focusedId && find(focusedId)) focusItem(find(focusedId));
}

/** Keep which rows are open until the browser's tab is closed. */
export function remember() {
  const ids = [...root.querySelectorAll('.tree-item[aria-expanded="true"]')].map((item) => item.dataset.id);
  sessionStorage.setItem(storageKey, JSON.stringify(ids));
}

/** Open again what was open before the page was left. */
export async function restore(list = root) {
  const first = list === root && root.firstElementChild;
  if (first) setTabbable(root.querySelector('.tree-item[tabindex="0"]') ?? first);
  const ids = new Set(JSON.parse(sessionStorage.getItem(storageKey) ?? "[]"));
  if (!ids.size) return;
  const again = async (items) => {
    const wanted = items.filter((item) => ids.has(item.dataset.id) && item.hasAttribute("aria-expanded"));
    await Promise.all(wanted.map(async (item) => {
      await load(item).catch(() => {});
      if (!item.hasAttribute("aria-expanded")) return;
      item.setAttribute("aria-expanded", "true");
      listOf(item).hidden = false;
      await again(childrenOf(item));
    }));
  };
  await again([...list.children]);
}

/** Open the way down a path of ids and put the focus on its end. */
export async function reveal(ids) {
  for (const id of ids.slice(0, -1)) await open(find(id));
  const item = find(ids.at(-1));
  if (!item) return;
  for (const old of root.querySelectorAll(".is-found")) old.classList.remove("is-found");
  item.classList.add("is-found");
  focusItem(item);
  item.querySelector(".tree-row").scrollIntoView({ block: "center" });
}
