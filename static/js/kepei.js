// Behaviour of every page: pickers, confirmations. No inline code anywhere.
(() => {
  "use strict";

  const words = JSON.parse(document.body.dataset.words);

  // A choice in the colour of its value; the classes are the palette's.
  function draw(text, colour, className) {
    const box = document.createElement("div");
    if (!colour) {
      box.textContent = text;
      return box;
    }
    box.className = className;
    box.append(Object.assign(document.createElement("span"), { className: `value value-${colour}`, textContent: text }));
    return box;
  }

  function makePicker(select) {
    const options = {
      maxOptions: 300,
      plugins: { remove_button: { title: words.remove } },
      render: {
        option: (row) => draw(row.text, row.colour, ""),
        item: (row) => draw(row.text, row.colour, "is-coloured"),
        no_results: () => Object.assign(document.createElement("div"), { className: "no-results", textContent: words.none }),
      },
    };
    if (select.dataset.lookup) { // read anew each time: what is offered may depend on another field
      Object.assign(options, {
        valueField: "id",
        labelField: "text",
        searchField: [],
        preload: "focus",
        load(query, done) {
          fetch(`${select.dataset.lookup}&query=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } })
            .then((answer) => (answer.ok ? answer.json() : []))
            .then(done, () => done([]));
        },
        onType() { this.clearOptions((option) => this.items.includes(String(option.id))); },
      });
    }
    select.setAttribute("aria-hidden", "true"); // its label goes to the picker's own field
    return new TomSelect(select, options);
  }

  document.querySelectorAll("select[data-lookup], select[data-pick]").forEach(makePicker);

  document.addEventListener("submit", (event) => { // forms may come later
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
})();
