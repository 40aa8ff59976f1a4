// The frame of every page: the menu stays as a person left it.
(() => {
  "use strict";

  const menu = document.querySelector(".menu");
  if (!menu) return;

  // Which headings are open: in a cookie, so that the next page comes as it should be.
  const groups = [...menu.querySelectorAll("details[data-place]")];
  menu.addEventListener("click", (event) => {
    const clicked = event.target.closest("summary")?.parentElement;
    if (!clicked) return;
    const open = groups.filter((group) => group.open !== (group === clicked)); // the clicked one is about to turn
    document.cookie = `menu=${open.map((group) => group.dataset.place).join(".")}; path=/; max-age=31536000; samesite=lax`;
  });

  // How far it is scrolled; where that is not known, so far that the entry shown is in sight.
  menu.scrollTop = Number(sessionStorage.getItem("menu-scroll"));
  menu.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest" });
  window.addEventListener("pagehide", () => sessionStorage.setItem("menu-scroll", String(menu.scrollTop)));
})();
