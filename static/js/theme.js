// Light or dark. Runs before anything is drawn, so that no page shows the wrong one first.
(() => {
  "use strict";

  const root = document.documentElement;
  const device = window.matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => document.cookie.match(/(?:^|; )theme=(light|dark)(?:;|$)/)?.[1] ?? "";

  const show = () => {
    root.dataset.bsTheme = chosen() || (device.matches ? "dark" : "light");
    document.querySelectorAll("[data-theme-choice]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()));
    });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    const mode = button.dataset.themeChoice;
    document.cookie = `theme=${mode}; path=/; max-age=${mode ? 31536000 : 0}; samesite=lax`;
    show();
  });
  device.addEventListener("change", show);
  show();
})();
