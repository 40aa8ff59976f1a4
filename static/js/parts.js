// Parts of a page that change in their place: a link or form with data-place is asked for here, and each element with
// data-part takes the state it has in the answer. Without this script the same links and forms load the whole page.
(() => {
  "use strict";

  let turn = 0;

  // A link changes the part that it stands in; after a form each may be another, and there may be a message.
  function place(answer, parts) {
    const found = parts.map((part) => [part, answer.getElementById(part.id)]);
    if (found.some(([, other]) => !other)) return false;
    found.forEach(([part, other]) => part.replaceWith(document.adoptNode(other)));
    return true;
  }

  function tell(answer) {
    document.querySelectorAll(".flash").forEach((message) => message.remove());
    document.querySelector(".content-head").after(...answer.querySelectorAll(".flash"));
  }

  function focusIn(id) {
    const part = document.getElementById(id);
    const target = part.querySelector(".is-invalid") ?? part.querySelector(".alert:not([hidden])") ?? part.querySelector("form.contact-form input:not([type=hidden])");
    if (target?.matches(".alert")) target.tabIndex = -1;
    (target ?? part).focus({ preventScroll: Boolean(!target) });
  }

  async function change(element, url, options) {
    const mine = ++turn;
    const part = element.closest("[data-part]");
    part.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, options);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!options && mine !== turn) return true; // another link was faster; what was sent is always shown
      if (!place(page, options ? [...document.querySelectorAll("[data-part]")] : [part])) return false;
      if (options) tell(page);
      if (!options) window.history.replaceState(null, "", url);
      else if (answer.redirected) window.history.replaceState(null, "", answer.url);
      focusIn(part.id);
      return true;
    } catch {
      return false;
    } finally {
      part.removeAttribute("aria-busy");
    }
  }

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-place]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (!(await change(link, link.href))) window.location.assign(link.href);
  });

  // After a refused submit the token may be that of a session which has ended.
  async function renewToken(form) {
    const page = new DOMParser().parseFromString(await (await fetch(window.location.href)).text(), "text/html");
    const token = page.querySelector("meta[name=csrf-token]");
    if (token) form.elements.csrf_token.value = token.content;
  }

  async function send(form, button) {
    const failed = form.querySelector("[data-failed]");
    if (failed && !failed.hidden) await renewToken(form).catch(() => {});
    if (await change(form, form.action, { method: "POST", body: new FormData(form, button) })) return;
    if (failed) { // nothing typed is lost
      failed.hidden = false;
      failed.focus();
      return;
    }
    if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    form.submit(); // no answer, or another page: let the browser show what there is
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-place]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    if (form.ariaBusy === "true") return; // a second click
    form.ariaBusy = "true";
    send(form, event.submitter).finally(() => { form.ariaBusy = null; });
  });
})();
