// What the parts of the list share: the settings of the page, its words, what it says aloud.
export const card = document.getElementById("list");
export const { entries, nameLabel, words, urls } = JSON.parse(card.dataset.settings);

const live = document.getElementById("list-live");
const alertBox = document.getElementById("list-alert");

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
export const csrfToken = () => document.querySelector("meta[name=csrf-token]").content;
/** Where the person is, so that other pages lead back. */
export const here = () => location.pathname + location.search;

/** Say it to those who do not see the page. */
export const announce = (text) => { live.textContent = text; };

/** Show a fault above the list; nothing takes it away. */
export function tell(text) {
  alertBox.textContent = text ?? "";
  alertBox.hidden = !text;
}

/** Call `listener` now, and whenever the rows have been replaced. */
export function onRows(listener) {
  document.addEventListener("list:shown", listener);
  listener();
}
