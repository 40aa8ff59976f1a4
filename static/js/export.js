// The export page: columns are moved and ticked while they are chosen here; else they do not matter and are not sent.
const form = document.getElementById("export");
const list = document.getElementById("export-columns");
const boxes = [...list.querySelectorAll("input[name=columns]")];

function chooses() {
  return form.elements.set.value === "chosen";
}

/** Show the columns only while they are chosen here. */
function show() {
  list.hidden = !chooses();
  for (const box of boxes) box.disabled = !chooses();
  boxes[0].setCustomValidity("");
}

function move(button) {
  const item = button.closest("li");
  const other = button.dataset.step === "1" ? item.nextElementSibling : item.previousElementSibling;
  if (!other) return;
  if (button.dataset.step === "1") other.after(item);
  else other.before(item);
  button.focus();
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) move(button);
});
list.addEventListener("change", () => boxes[0].setCustomValidity(""));
form.addEventListener("change", (event) => {
  if (event.target.name === "set") show();
});
/* A file without columns cannot be: say so at the first box. The click comes before the browser checks the form. */
form.addEventListener("click", (event) => {
  if (!event.target.closest("button[formaction]")) return;
  const isBlank = chooses() && !boxes.some((box) => box.checked);
  boxes[0].setCustomValidity(isBlank ? list.dataset.none : "");
});
form.classList.add("is-live");
show();
