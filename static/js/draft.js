// What was typed into a form outlives a submit that did not arrive: an ended session, an error page, a lost connection.
// It is kept in this tab with the submit and put back when the same person comes to the same form again. Any other page
// that is shown means that the submit arrived, and forgets it. Runs before pickers are made of selects.
(() => {
  "use strict";
  const KEY = "draft";
  const NOT_KEPT = new Set(["csrf_token", "url"]);
  const { person = "", keepsDraft } = document.body.dataset;
  const form = document.querySelector("form[data-model-form]");
  const address = window.location.pathname + JSON.stringify([...new URLSearchParams(window.location.search)].sort());

  const kept = () => [...form.elements].filter((field) => field.name && field.type !== "submit" && !NOT_KEPT.has(field.name));

  function read(field) {
    const { name, value } = field;
    if (field.tagName === "SELECT") return { name, value, text: field.selectedOptions[0]?.textContent ?? "" };
    if (["checkbox", "radio"].includes(field.type)) return { name, value, isChecked: field.checked };
    return { name, value };
  }

  function putBack(entry) {
    const fields = kept().filter((field) => field.name === entry.name);
    if ("isChecked" in entry) {
      fields.filter((field) => field.value === entry.value).forEach((field) => { field.checked = entry.isChecked; });
      return;
    }
    fields.forEach((field) => {
      if ("text" in entry && ![...field.options].some((option) => option.value === entry.value)) {
        field.add(new Option(entry.text, entry.value));
        delete field.dataset.path;
      }
      field.value = entry.value;
    });
  }

  const stored = sessionStorage.getItem(KEY);
  const draft = stored ? JSON.parse(stored) : null;
  if (keepsDraft !== undefined) {
    if (draft) sessionStorage.setItem(KEY, JSON.stringify({ ...draft, isLost: true }));
  } else {
    sessionStorage.removeItem(KEY);
    const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    const isOurs = draft && form && draft.address === address && draft.person === person && !("dirty" in form.dataset);
    if (isOurs && (draft.isLost || isBack)) {
      draft.entries.forEach(putBack);
      form.dataset.dirty = "";
      document.getElementById("form-restored").hidden = false;
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    sessionStorage.setItem(KEY, JSON.stringify({ address, person, entries: kept().map(read) }));
  });
})();
