// What the server says about a text while it is typed: that a name is taken. It warns; saving decides.
const WAIT_MS = 400;

document.querySelectorAll("[data-check]").forEach((field) => {
  const output = document.getElementById(`${field.id}-check`);
  let timer = 0;
  let turn = 0;

  async function ask(asked) {
    const address = new URL(field.dataset.check, window.location.href);
    address.searchParams.set(field.name, field.value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || asked !== turn) return;
    const { message, url } = await answer.json();
    if (asked !== turn || !message) return;
    output.textContent = message;
    if (url) output.append(" ", Object.assign(document.createElement("a"), { href: url, target: "_blank", rel: "noopener", className: "tap", textContent: field.dataset.show }));
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    turn += 1;
    output.textContent = "";
    const asked = turn;
    if (field.value.trim()) timer = setTimeout(() => { ask(asked).catch(() => {}); }, WAIT_MS); // no answer, no warning
  });
});
