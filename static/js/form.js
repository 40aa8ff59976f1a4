// Behaviour of the generated forms, for a `form[data-model-form]`; its words are in `data-words`. Pickers were made before.
(() => {
  "use strict";
  const COUNTED_FROM = 0.8; // of a text's limit
  const CHECK_DELAY_MS = 350;

  const focusOn = (field) => (field.tomselect ? field.tomselect.focus() : field.focus());
  const boxOf = (field) => (field.tomselect ? field.tomselect.wrapper : field);

  // Tom Select hides the select: what describes it must be heard at the box that takes its place.
  function describePickers(form) {
    form.querySelectorAll("select").forEach((select) => {
      const input = select.tomselect?.control_input;
      if (!input) return;
      ["aria-describedby", "aria-invalid"].forEach((name) => {
        if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
      });
    });
  }

  // How to treat what has the chosen value.
  function showHints(form) {
    form.querySelectorAll(".form-value-hint").forEach((hint) => {
      const select = document.getElementById(hint.id.replace(/-value$/, ""));
      select.addEventListener("change", () => {
        hint.textContent = select.tomselect?.options[select.value]?.hint || "";
      });
    });
  }

  // Contacts of the chosen customer alone: another customer empties the picker.
  function followChoices(form) {
    form.querySelectorAll("select[data-depends]").forEach((select) => {
      const source = form.elements[select.dataset.depends];
      if (!source) return;
      function point() {
        const address = new URL(select.dataset.lookup, window.location.href);
        address.searchParams.set("customer_id", source.value);
        select.dataset.lookup = address.pathname + address.search;
      }
      point(); // a draft may have put another customer in
      source.addEventListener("change", () => {
        point();
        const picker = select.tomselect;
        picker.clear();
        picker.clearOptions();
        picker.wrapper.classList.remove("preloaded");
      });
    });
  }

  function guardChanges(form) {
    const entered = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    let isSent = false;
    let atFirst = "dirty" in form.dataset ? "" : entered();
    document.addEventListener("submit", (event) => {
      if (event.target === form && !event.defaultPrevented) isSent = true;
    });
    window.addEventListener("pageshow", () => { isSent = false; });
    window.addEventListener("beforeunload", (event) => {
      if (!isSent && entered() !== atFirst) event.preventDefault();
    });
    // The browser puts back what was typed before a reload only now; that counts as typed.
    if (performance.getEntriesByType("navigation")[0]?.type === "back_forward" && atFirst) atFirst = entered();
  }

  // One click, one row: a second submit is dropped, and the buttons say so. Coming back, they work again.
  function guardSending(form, words) {
    const buttons = [...form.querySelectorAll("button:not([type=button])")];
    let isSending = false;
    function set(value) {
      isSending = value;
      form.toggleAttribute("aria-busy", value);
      buttons.forEach((button) => { button.disabled = value; });
    }
    form.addEventListener("submit", (event) => {
      if (!isSending) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
    document.addEventListener("submit", (event) => {
      if (event.target !== form || event.defaultPrevented) return;
      const { submitter } = event;
      isSending = true;
      setTimeout(() => { // after the browser has read which button it was
        set(true);
        if (submitter) submitter.title = words.sending;
      });
    });
    window.addEventListener("pageshow", () => set(false));
  }

  // Faults, summed up on top: the box takes the focus, its links lead to the fields.
  function showFaults(form, words) {
    const box = document.getElementById("form-faults");
    const list = box.querySelector("ul");
    if (!box.hidden) box.focus();
    list.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      const field = document.getElementById(link.hash.slice(1));
      event.preventDefault();
      boxOf(field).scrollIntoView({ block: "center" });
      focusOn(field);
    });
    // A half-typed date or number would be sent as nothing, and so be lost.
    form.addEventListener("submit", (event) => {
      const unread = [...form.elements].filter((field) => field.validity?.badInput);
      form.querySelectorAll("[data-unread]").forEach((note) => note.remove());
      if (!unread.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      list.replaceChildren();
      unread.forEach((field) => {
        const label = form.querySelector(`label[for="${field.id}"]`).firstChild.textContent;
        const link = Object.assign(document.createElement("a"), { href: `#${field.id}`, textContent: label });
        const item = document.createElement("li");
        item.append(link, ` — ${words.unread}`);
        list.append(item);
        const note = Object.assign(document.createElement("div"), { className: "invalid-feedback d-block", textContent: words.unread });
        note.dataset.unread = "";
        field.after(note);
        field.classList.add("is-invalid");
        field.setAttribute("aria-invalid", "true");
      });
      box.querySelectorAll(":scope > p").forEach((sentence) => { sentence.hidden = sentence.id !== "form-faults-title"; });
      box.classList.replace("alert-warning", "alert-danger");
      box.hidden = false;
      box.focus();
    }, true);
  }

  // How many signs are left, near the end.
  function countSigns(form, words) {
    form.querySelectorAll("[maxlength]").forEach((field) => {
      const counter = document.createElement("div");
      counter.className = "form-hint form-counter";
      counter.setAttribute("aria-live", "polite");
      field.after(counter);
      const update = () => {
        const limit = field.maxLength;
        counter.textContent = field.value.length >= limit * COUNTED_FROM ? words.left.replace("{count}", limit - field.value.length) : "";
      };
      field.addEventListener("input", update);
      update();
    });
  }

  function growTexts(form) {
    if (CSS.supports("field-sizing", "content")) return;
    form.querySelectorAll("textarea").forEach((text) => {
      const grow = () => {
        text.style.height = "auto";
        text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
      };
      text.addEventListener("input", grow);
      grow();
    });
  }

  // What the server says about a text while it is typed: that a name is taken. It warns; saving decides.
  function checkWhileTyping(form, words) {
    form.querySelectorAll("[data-check]").forEach((field) => {
      const output = document.getElementById(`${field.id}-check`);
      let timer = 0;
      let controller = new AbortController();
      async function ask() {
        controller = new AbortController();
        const address = new URL(field.dataset.check, window.location.href);
        address.searchParams.set(field.name, field.value);
        const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: controller.signal });
        const { message, url } = answer.ok ? await answer.json() : {};
        output.textContent = message || "";
        if (!message || !url) return;
        output.append(" ", Object.assign(document.createElement("a"), { href: url, target: "_blank", rel: "noopener", textContent: words.show }));
      }
      field.addEventListener("input", () => {
        clearTimeout(timer);
        controller.abort();
        output.textContent = "";
        if (field.value.trim()) timer = setTimeout(() => ask().catch(() => {}), CHECK_DELAY_MS); // no answer, no warning
      });
    });
  }

  // Puts in what the database holds now, where somebody else has changed the row.
  function takePresent(form) {
    form.querySelectorAll("[data-take]").forEach((button) => {
      const { take, takeText, takeFor } = button.dataset;
      const field = document.getElementById(takeFor);
      button.hidden = false;
      button.addEventListener("click", () => {
        const picker = field.tomselect;
        if (picker) {
          const { valueField, labelField } = picker.settings;
          if (take) picker.addOption({ [valueField]: take, [labelField]: takeText });
          picker.setValue(take);
        } else if (field.type === "checkbox") field.checked = Boolean(take);
        else if (field.tagName === "FIELDSET") field.querySelectorAll("[type=radio]").forEach((radio) => { radio.checked = radio.value === take; });
        else field.value = take;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
        focusOn(field);
      });
    });
  }

  // Moments are the company's; said only to those whose clock is another.
  function tellZones(form) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    form.querySelectorAll("[data-zone]").forEach((hint) => { hint.hidden = hint.dataset.zone === own; });
  }

  document.querySelectorAll("form[data-model-form]").forEach((form) => {
    const words = JSON.parse(form.dataset.words);
    [describePickers, showHints, followChoices, growTexts, takePresent, tellZones, guardChanges].forEach((part) => part(form));
    [showFaults, guardSending, countSigns, checkWhileTyping].forEach((part) => part(form, words));
  });
})();
