// Finding a node among many: the server looks, the page opens the way to the hit.
import { fill, request, reveal, tell, urls, words } from "./rows.js";

const WAIT_MS = 180;

export const search = (text) => request(`${urls.find}?q=${encodeURIComponent(text)}`).catch((refusal) => {
  tell(refusal.message);
  return { rows: [], has_more: false };
});

export function note(text) {
  const item = document.createElement("li");
  item.className = "tree-note";
  item.textContent = text;
  return item;
}

/** Return a list entry with a button: a name, and in small the path above it. */
export function hitButton(name, path, choose) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tree-hit";
  button.append(name);
  if (path) {
    const small = document.createElement("small");
    small.textContent = path;
    button.append(small);
  }
  button.addEventListener("click", choose);
  item.append(button);
  return item;
}

function option(hit, index, choose) {
  const item = document.createElement("li");
  item.className = "tree-hit";
  item.id = `tree-hit-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.append(hit.code ? `${hit.name} · ${hit.code}` : hit.name);
  const small = document.createElement("small");
  small.textContent = hit.path.slice(0, -1).map((step) => step.name).join(" / ");
  item.append(small);
  // pointerdown: the field would lose the focus, and the list go, before a click.
  item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(hit); });
  return item;
}

export function attachFind(input, list) {
  let timer = 0;
  let hits = [];
  let chosen = -1;

  const hide = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (hit) => {
    hide();
    input.value = "";
    reveal(hit.path.map((step) => step.id));
  };
  const select = (index) => {
    if (!hits.length) return;
    chosen = (index + hits.length) % hits.length;
    [...list.querySelectorAll("[role=option]")].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", `tree-hit-${chosen}`);
    document.getElementById(`tree-hit-${chosen}`).scrollIntoView({ block: "nearest" });
  };
  const show = async () => {
    const asked = input.value.trim();
    if (!asked) { hits = []; hide(); return; }
    const found = await search(asked);
    if (asked !== input.value.trim()) return;
    hits = found.rows;
    chosen = -1;
    list.replaceChildren(...hits.map((hit, index) => option(hit, index, choose)));
    if (!hits.length) list.append(note(words.noHits));
    if (found.has_more) list.append(note(fill(words.moreHits, { count: hits.length })));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  };

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, WAIT_MS); });
  input.addEventListener("blur", hide);
  input.addEventListener("keydown", (event) => {
    const acts = {
      ArrowDown: () => select(chosen + 1),
      ArrowUp: () => select(chosen - 1),
      Enter: () => hits.length && !list.hidden && choose(hits[Math.max(chosen, 0)]),
      Escape: hide,
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
}
