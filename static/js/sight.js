// Forms that change who sees customers: as soon as a field changes, the page says who gains and who loses sight; a form
// that changes anything for anybody asks before it is sent. `data-sight-url` is where the fragment is,
// `data-sight-fields` what to send, `data-sight-stored` what is stored now: an unchanged form asks for nothing.
(() => {
  "use strict";
  const DELAY_MS = 150;

  function watch(form) {
    const { sightUrl, sightFields, sightStored, sightFailed } = form.dataset;
    const [output, loading, error] = ["output", "loading", "error"].map((part) => form.querySelector(`[data-sight-${part}]`));
    const fields = sightFields.split(" ").map((name) => form.elements[name]).filter(Boolean);
    const valueOf = (field) => (field.type === "checkbox" ? String(Number(field.checked)) : field.value);
    const choice = () => new URLSearchParams(fields.map((field) => [field.name, valueOf(field)])).toString();
    let shown = output.textContent.trim() ? choice() : sightStored; // what the output tells about
    let question = output.querySelector("[data-sight-confirm]")?.dataset.sightConfirm || "";
    let pending = null; // the request under way: {choice, controller, done}

    function show(html, { message = "", asks = "" } = {}) {
      output.innerHTML = html;
      question = asks || output.querySelector("[data-sight-confirm]")?.dataset.sightConfirm || "";
      error.textContent = message;
      error.hidden = !message;
      loading.hidden = true;
    }

    async function load(wanted, signal) {
      await new Promise((resolve) => { setTimeout(resolve, DELAY_MS); });
      if (signal.aborted) return;
      const address = `${sightUrl}${sightUrl.includes("?") ? "&" : "?"}${wanted}`;
      const answer = await fetch(address, { headers: { "X-Requested-With": "XMLHttpRequest" }, signal });
      if (answer.ok && !answer.redirected) show(await answer.text());
      else show("", { message: (await answer.json()).message }); // refused: so will be the form itself
    }

    function failed(signal) {
      if (!signal.aborted) show("", { message: error.dataset.sightError, asks: sightFailed });
    }

    function refresh() {
      const wanted = choice();
      if (wanted === (pending ? pending.choice : shown)) return;
      pending?.controller.abort();
      pending = null;
      shown = wanted;
      if (wanted === sightStored || fields.some((field) => field.required && !field.value)) {
        show("");
        return;
      }
      const controller = new AbortController();
      show("");
      loading.hidden = false;
      const done = load(wanted, controller.signal)
        .catch(() => failed(controller.signal))
        .finally(() => { if (pending?.controller === controller) pending = null; });
      pending = { choice: wanted, controller, done };
    }

    form.addEventListener("change", refresh);
    // In the capturing phase, so that other listeners learn of a submit only if the form is sent.
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if ((button?.getAttribute("formmethod") || form.method) === "get") return;
      refresh();
      if (pending) pending.done.then(() => form.requestSubmit(button));
      else if (!question || window.confirm(question)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
    form.querySelectorAll("[data-sight-preview]").forEach((button) => { button.hidden = true; });
    refresh();
  }

  document.querySelectorAll("form[data-sight-url]").forEach(watch);
})();
