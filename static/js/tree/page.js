// What the tree's scripts share: the page's settings, talking to the server and to the person.

export const page = document.getElementById("tree");
export const root = document.getElementById("tree-root");
export const { urls, may, words } = JSON.parse(page.dataset.settings);

/** isFiltered: the hits of a search are shown, not the whole tree; changes: how often the server has changed it for us. */
export const state = { isFiltered: false, changes: 0 };

const alertBox = document.getElementById("tree-alert");
const live = document.getElementById("tree-live");

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

/** Say something to who listens instead of looking. */
export const announce = (text) => { live.textContent = text; };

/** Show why something was refused; without a text take it away. */
export function tell(text) {
  alertBox.textContent = text ?? "";
  alertBox.hidden = !text;
}

export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether somebody else was quicker: the node is gone, or not as it was read. */
  get isStale() { return this.status === 404 || this.status === 409; }
}

/** Send JSON, or fetch it; throw a Refusal where it was refused or nobody answered. */
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
    throw new Refusal(answer?.status ?? 0, words.failed);
  }
  if (!answer.ok) throw new Refusal(answer.status, data.message ?? words.failed);
  if (body !== undefined) state.changes += 1;
  return data;
}

let turn = Promise.resolve();

/** Do changes one after the other: each needs the version and the order that the one before has left. */
export function inTurn(act) {
  const next = turn.then(act);
  turn = next.catch(() => {});
  return next;
}

export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}
