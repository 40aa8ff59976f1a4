// What the walk asks of a page from within; it is there before the page's own scripts.

document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`Content-Security-Policy: ${event.violatedDirective} stopped ${event.blockedURI} ${event.sample}`);
});

/** A tree's row is named by its own words; axe counts those of the rows below it as its visible text too. */
const isNamedByItself = (found, node) => found.id === "label-content-name-mismatch" && node.html.includes('role="treeitem"');

globalThis.walk = {
  /** Show what is folded away, so that it is looked at too. */
  unfold() {
    document.querySelectorAll("main details").forEach((details) => { details.open = true; });
  },

  /** Return the serious findings of axe-core as sentences. */
  async findings(options) {
    const { violations } = await axe.run(document, { resultTypes: ["violations"], ...options });
    const told = (node) => {
      const checks = [...node.any, ...node.all, ...node.none];
      return `${node.html.slice(0, 160)} -- ${checks[0]?.message}`;
    };
    return violations
      .filter((found) => ["serious", "critical"].includes(found.impact))
      .map((found) => ({ ...found, nodes: found.nodes.filter((node) => !isNamedByItself(found, node)) }))
      .filter((found) => found.nodes.length)
      .map((found) => `${found.id}: ${found.nodes.slice(0, 4).map(told).join(" | ")}`);
  },

  /** Return what makes the page scroll sideways, or nothing. */
  overflow() {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return "";
    const isWide = (element) => element.getBoundingClientRect().right > clientWidth + 1;
    const wide = [...document.body.querySelectorAll("*")].filter(isWide).slice(-3);
    return `scrolls sideways, ${scrollWidth} px: ${wide.map((element) => element.outerHTML.slice(0, 120)).join(" | ")}`;
  },
};
