// A button that copies what stands in a field; without a clipboard (no HTTPS) it marks the text, to be copied by hand.
(() => {
  "use strict";
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = document.getElementById(button.dataset.copy);
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        button.querySelector("[aria-live]").textContent = button.dataset.copied;
      } catch {
        field.focus();
      }
    });
  });
})();
