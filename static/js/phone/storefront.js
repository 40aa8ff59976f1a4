// The photo of a storefront: made small on the phone where it can, and sent as soon as it was taken.
import { prepared } from "./shrink.js";

const form = document.querySelector("[data-storefront]");

if (form) {
  const field = form.elements.photo;
  const state = form.querySelector("[data-state]");
  form.querySelector("[data-send]").hidden = true;
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file) return;
    state.textContent = state.dataset.sending;
    const { body } = await prepared(file);
    const files = new DataTransfer();
    files.items.add(body instanceof File ? body : new File([body], file.name, { type: body.type }));
    field.files = files.files;
    form.requestSubmit();
  });
}
