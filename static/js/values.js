// The field for new names: Enter adds one name, Shift and Enter begin another line; several pasted lines are sent by the button.
document.querySelectorAll("textarea[data-lines]").forEach((field) => {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || field.value.trim().includes("\n")) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
});
