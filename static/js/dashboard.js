// The charts of the start page. Each is drawn from the table below it, so a chart says what its table says, and a click
// leads where the link of the same figure does. Where the drawing library does not load, the tables stay open.
const ROW_PX = 26;
const WEEKS_PX = 260;
// A chart of more lines than this leaves out those that count nothing; the table has them.
const MANY_ROWS = 12;

const charts = document.getElementById("charts");
const boxes = [...charts.querySelectorAll("[data-chart]")];
const drawn = new Map();

const tableOf = (box) => box.closest("section").querySelector("table");
const detailsOf = (box) => box.closest("section").querySelector("details");

function read(table) {
  const names = [...table.tHead.rows[0].cells].slice(1).filter((cell) => !("note" in cell.dataset)).map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) => {
    const deeper = row.cells[0].querySelector("a")?.href;
    const figures = [...row.querySelectorAll("[data-figure]")].map((link) => ({ value: Number(link.dataset.figure), url: deeper ?? link.href }));
    return { name: row.cells[0].textContent.trim(), note: row.querySelector("[data-note]")?.textContent.trim(), figures };
  });
  const isLong = names.length === 1 && rows.length > MANY_ROWS;
  return { names, rows: isLong ? rows.filter((row) => row.figures[0].value) : rows };
}

// As a canvas says them: the library knows no oklch().
const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function plain(colour) {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, opacity] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${opacity / 255})`;
}

function coloursOf(box) {
  const style = getComputedStyle(box);
  return {
    words: plain(style.color),
    ground: plain(style.backgroundColor),
    lines: plain(style.borderTopColor),
    series: [style.outlineColor, style.textDecorationColor, style.columnRuleColor].map(plain),
    font: style.fontFamily,
  };
}

// The label of a bar would fade with its opacity.
const faded = (colour) => colour.replace(/[^,]+\)$/, "0.35)");

function optionOf(box) {
  const { names, rows } = read(tableOf(box));
  const colours = coloursOf(box);
  const stands = box.dataset.chart === "weeks";
  const isFunnel = box.dataset.chart === "funnel";
  const words = { color: colours.words, fontFamily: colours.font };
  const values = { type: "value", minInterval: 1, axisLabel: { ...words, hideOverlap: true }, splitLine: { lineStyle: { color: colours.lines } } };
  const labels = {
    type: "category",
    data: rows.map((row) => row.name),
    inverse: !stands,
    axisLabel: { ...words, width: stands ? undefined : 96, overflow: "truncate", interval: stands ? "auto" : 0 },
    axisLine: { lineStyle: { color: colours.lines } },
    axisTick: { show: false },
  };
  const isSingle = names.length === 1;
  return {
    animation: false,
    color: isFunnel ? colours.series.slice(0, 1) : colours.series,
    textStyle: { fontFamily: colours.font },
    grid: { left: 8, right: isFunnel ? 92 : isSingle ? 44 : 16, top: isSingle ? 4 : 32, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { show: !isSingle, type: "scroll", top: 0, textStyle: words },
    // Drawn into the picture: the policy lets no style attribute into the page.
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow" }, backgroundColor: colours.ground, borderColor: colours.lines, textStyle: words },
    xAxis: stands ? labels : values,
    yAxis: stands ? values : labels,
    series: names.map((name, place) => ({
      name,
      type: stands && place ? "line" : "bar",
      data: rows.map((row) => row.figures[place]),
      barMaxWidth: 18,
      label: { ...words, show: isSingle || (isFunnel && place > 0), position: "right", formatter: isFunnel ? ({ dataIndex, value }) => [value, rows[dataIndex].note].filter(Boolean).join(" · ") : undefined },
      // What stands at a step lies in what came so far.
      ...(isFunnel && { barGap: "-100%", z: 3 - place, itemStyle: { color: place ? faded(colours.series[0]) : colours.series[0] } }),
    })),
  };
}

function draw(box) {
  let chart = drawn.get(box);
  if (!chart) {
    const { names, rows } = read(tableOf(box));
    const rowPx = box.dataset.chart === "funnel" ? ROW_PX : ROW_PX + 8 * (names.length - 1);
    box.style.height = box.dataset.chart === "weeks" ? `${WEEKS_PX}px` : `${rows.length * rowPx + 16 + (names.length > 1 ? 48 : 24)}px`;
    chart = window.echarts.init(box, null, { renderer: "svg" });
    chart.on("click", ({ data }) => { if (data?.url) window.location.assign(data.url); });
    drawn.set(box, chart);
    new ResizeObserver(() => chart.resize()).observe(box);
  }
  chart.setOption(optionOf(box), { notMerge: true });
}

function load(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

function show(isDrawn) {
  for (const box of boxes) {
    box.hidden = !isDrawn;
    detailsOf(box).open = !isDrawn;
  }
}

show(true);
try {
  await load(charts.dataset.script);
  boxes.forEach(draw);
  charts.dataset.drawn = "true";
} catch {
  show(false);
}
if (drawn.size) new MutationObserver(() => boxes.forEach(draw)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
