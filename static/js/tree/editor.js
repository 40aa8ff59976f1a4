// The field in a row in which a name is typed. What was typed stays in it until it is saved or given up.
import { element, tell } from "./page.js";
import { rowOf } from "./rows.js";

const template = document.getElementById("tree-editor");

/**
 * Show the field; the promise ends with the answer of save, or null where it was given up.
 * Where save is refused the field stays, with the reason; explain may find better words for it.
 */
export function edit(item, value, save, explain = async (refusal) => refusal.message) {
  tell();
  const row = rowOf(item);
  const form = template.content.firstElementChild.cloneNode(true);
  const input = form.querySelector("input");
  const fault = form.querySelector(".tree-fault");
  input.value = value;
  row.querySelector(".tree-editor")?.remove();
  row.append(form);
  row.classList.add("is-editing");
  input.focus();
  input.select();
  form.scrollIntoView({ block: "nearest" });
  return new Promise((resolve) => {
    let isBusy = false;
    const end = (result) => {
      row.classList.remove("is-editing");
      form.remove();
      resolve(result);
    };
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      end(null);
    });
    form.querySelector("[data-cancel]").addEventListener("click", () => end(null));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isBusy) return;
      isBusy = true;
      form.setAttribute("aria-busy", "true");
      try {
        end(await save(input.value));
      } catch (refusal) {
        fault.replaceChildren(element("span", "", await explain(refusal)));
        input.setAttribute("aria-invalid", "true");
        input.focus();
      } finally {
        isBusy = false;
        form.removeAttribute("aria-busy");
      }
    });
  });
}
