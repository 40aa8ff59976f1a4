// Selects with more rows than one may scroll through: a search field above fills them.
const WAIT_MS = 250;

function enhance(select) {
  const words = JSON.parse(select.dataset.words);
  const field = document.createElement("input");
  let timer = 0;
  let asked = 0;
  field.type = "search";
  field.className = "control";
  field.placeholder = words.search;
  field.setAttribute("aria-label", `${words.label}: ${words.search}`);
  field.setAttribute("aria-controls", select.id);
  select.before(field);

  async function look() {
    const turn = ++asked;
    const address = `${select.dataset.lookup}&query=${encodeURIComponent(field.value)}`;
    const answer = await fetch(address, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok || turn !== asked) return;
    const found = await answer.json();
    const kept = select.selectedOptions[0];
    const options = found.filter((row) => String(row.id) !== kept?.value).map((row) => new Option(row.text, row.id));
    select.replaceChildren(new Option(found.length ? "" : words.none, ""), ...(kept?.value ? [kept] : []), ...options);
    if (!kept?.value && found.length === 1) select.value = String(found[0].id);
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { look().catch(() => {}); }, WAIT_MS);
  });
}

document.querySelectorAll("select[data-lookup]").forEach(enhance);
