// Picks a node of a tree: typing finds it by name, initials or path (四川/武侯); with nothing typed one walks down, level
// by level, each fetched when it is opened. The address in `data-tree-pick` answers `query=` and `parent_id=`; `data-path`
// is the way to the chosen node. → opens, ← goes back, Enter chooses; a tap on ▸ opens, on the name chooses.
(() => {
  "use strict";
  const SEARCH_DELAY_MS = 200;

  function element(tag, className, text = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function makeTreePick(select) {
    const words = JSON.parse(select.closest("[data-words]").dataset.words);
    const levels = new Map(); // parent's id -> its rows, as fetched
    let path = JSON.parse(select.dataset.path || "[]"); // to the chosen node
    let trail = []; // the nodes above the level on show
    let shown = []; // ids in their order
    let turn = 0; // of the latest question: a late answer to an earlier one is dropped
    let isBusy = false;
    let timer = 0;

    const back = element("button", "tree-pick-back");
    back.type = "button";
    back.tabIndex = -1;
    const foot = element("div", "tree-pick-foot", `${words.search}, ${words.browse}`);
    const live = element("div", "visually-hidden");
    live.setAttribute("aria-live", "polite");

    const picker = new TomSelect(select, {
      valueField: "id",
      labelField: "text",
      searchField: [],
      maxOptions: null,
      highlight: false,
      refreshThrottle: 0,
      shouldOpen: true,
      plugins: { remove_button: { title: words.remove } },
      render: {
        option: renderOption,
        no_results: () => element("div", "tree-pick-note", isBusy ? "…" : words.none),
      },
      onFocus() { show(path.slice(0, -1)); },
      onType(query) {
        clearTimeout(timer);
        if (query.trim()) timer = setTimeout(() => find(query.trim()), SEARCH_DELAY_MS);
        else show(trail);
      },
      onItemAdd(value) { path = picker.options[value].path || path; },
      onItemRemove() { path = []; },
    });
    picker.hook("instead", "search", (query) => ({ query, tokens: [], total: shown.length, items: shown.map((id) => ({ id, score: 1 })) }));
    select.setAttribute("aria-hidden", "true"); // its label names the picker now
    picker.wrapper.classList.add("tree-pick");
    picker.dropdown.prepend(back);
    picker.dropdown.append(foot);
    picker.wrapper.append(live);
    select.setAttribute("aria-hidden", "true"); // its label names the picker now

    function renderOption(row) {
      const option = element("div", "tree-pick-option");
      const name = element("span", "tree-pick-name", row.name || row.text);
      const above = (row.path || []).slice(0, -1).map(([, text]) => text).join(" / ");
      if (row.isHit && above) name.append(element("small", "tree-pick-path", above));
      option.append(name);
      if (row.has_children) {
        const opener = element("span", "tree-pick-open");
        opener.dataset.open = row.id;
        opener.setAttribute("aria-hidden", "true");
        option.append(opener);
      }
      return option;
    }

    async function ask(question) {
      turn += 1;
      const mine = turn;
      isBusy = true;
      try {
        const answer = await fetch(`${select.dataset.treePick}&${question}`, { headers: { Accept: "application/json" } });
        const rows = answer.ok ? await answer.json() : null;
        if (mine !== turn) return null;
        isBusy = false;
        if (!rows) put([], words.failed);
        return rows;
      } catch {
        if (mine !== turn) return null;
        isBusy = false;
        put([], words.failed);
        return null;
      }
    }

    function put(rows, message) {
      const chosen = new Set(picker.items);
      picker.clearOptions((option) => chosen.has(String(option.id)));
      rows.forEach((row) => {
        if (chosen.has(String(row.id))) Object.assign(picker.options[row.id], row);
        else picker.addOption({ ...row });
      });
      shown = rows.map((row) => String(row.id));
      picker.clearActiveOption();
      picker.isDropdownContentStale = true;
      picker.refreshOptions(picker.isFocused);
      picker.dropdown_content.scrollTop = 0;
      if (picker.isOpen) picker.dropdown.scrollIntoView({ block: "nearest" });
      live.textContent = message;
    }

    async function show(above) {
      const parent = above.length ? above[above.length - 1][0] : "";
      if (!levels.has(parent)) {
        const rows = await ask(`parent_id=${parent}`);
        if (!rows) return;
        levels.set(parent, rows);
      } else turn += 1;
      trail = above;
      const names = trail.map(([, name]) => name);
      back.hidden = !trail.length;
      back.textContent = `‹ ${names.join(" / ")}`;
      back.setAttribute("aria-label", `${words.back}: ${names.join(" / ")}`);
      const rows = levels.get(parent).map((row) => ({
        id: row.id,
        name: row.text,
        text: [...names, row.text].join(" / "),
        path: [...trail, [row.id, row.text]],
        has_children: row.has_children,
        isHit: false,
      }));
      put(rows, words.count.replace("{name}", names[names.length - 1] || words.top).replace("{count}", rows.length));
    }

    async function find(query) {
      const rows = await ask(`query=${encodeURIComponent(query)}`);
      if (!rows) return;
      back.hidden = true;
      const hits = rows.map((row) => ({ has_children: false, ...row, name: row.path[row.path.length - 1][1], isHit: true }));
      put(hits, hits.length ? words.count.replace("{name}", query).replace("{count}", hits.length) : words.none);
    }

    function open(id) {
      clearTimeout(timer);
      picker.setTextboxValue("");
      picker.lastValue = "";
      show(picker.options[id].path);
    }

    function goBack() { show(trail.slice(0, -1)); }

    picker.dropdown.addEventListener("click", (event) => {
      const opener = event.target.closest("[data-open]");
      if (!opener && !event.target.closest(".tree-pick-back")) return;
      event.preventDefault();
      event.stopPropagation();
      if (opener) open(opener.dataset.open);
      else goBack();
    }, true);

    picker.control_input.addEventListener("keydown", (event) => {
      if (!picker.isOpen || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const opener = picker.activeOption?.querySelector("[data-open]");
      const isAtEnd = picker.control_input.selectionStart === picker.control_input.value.length;
      if (event.key === "ArrowRight" && opener && isAtEnd) open(opener.dataset.open);
      else if (event.key === "ArrowLeft" && !picker.control_input.value && trail.length) goBack();
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
  }

  document.querySelectorAll("select[data-tree-pick]").forEach(makeTreePick);
})();
