// Line curves. model:
//
//   option  an ECharts option, as an object or JSON text, made in Go
//   svg     data: address of the same chart as a picture, shown where the ECharts library is not in the page
//   alt     what the curves show, in words
//
// With globalThis.echarts in the page the chart is live: it is updated in place, follows its element's size and the
// page's light or dark look. The library may arrive later (up to 10 s); until then the picture stands in.

import { el, put, root as makeRoot } from "./dom.mjs";

const patience = { every: 250, tries: 40 }; // ms between looks for the library, and how many

// optionOf reads the model's option; text that is not JSON counts as none. Pure.
export function optionOf(value) {
  if (typeof value !== "string") return value ?? null;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

// layout says which of the two faces to show: "chart", "picture" or "nothing". Pure.
export function layout(hasLibrary, option, svg) {
  if (hasLibrary && option) return "chart";
  return svg ? "picture" : "nothing";
}

// onDark is an option for a dark page: its colours mixed with white, a third of it. Pure.
export function onDark(option) {
  const mix = (hex, at) => Math.round(parseInt(hex.slice(at, at + 2), 16) * 0.67 + 255 * 0.33).toString(16).padStart(2, "0");
  const color = option.color?.map((c) => (/^#[0-9a-f]{6}$/i.test(c) ? `#${mix(c, 1)}${mix(c, 3)}${mix(c, 5)}` : c));
  return color ? { ...option, color } : option;
}

export function render({ model, el: host }) {
  const root = makeRoot("curves");
  const chartAt = el("div", { class: "pw-chart", role: "img" });
  const picture = el("img", { class: "pw-chartpicture", alt: "" });
  const nothing = el("p", { class: "pw-empty" }, "No curve yet.");
  root.append(chartAt, picture, nothing);
  host.append(root);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chart = null;
  let tries = 0;
  let timer = 0;

  function paint() {
    const option = optionOf(model.get("option"));
    const svg = model.get("svg");
    const face = layout(Boolean(globalThis.echarts), option, svg);
    put(root, "data-face", face);
    chartAt.hidden = face !== "chart";
    picture.hidden = face !== "picture";
    nothing.hidden = face !== "nothing";
    put(chartAt, "aria-label", model.get("alt") ?? "curves");
    picture.alt = model.get("alt") ?? "curves";
    if (face === "picture" && picture.getAttribute("src") !== svg) picture.setAttribute("src", svg);
    if (face === "chart") draw(option);
    else if (option && tries < patience.tries) look();
  }

  function draw(option) {
    const theme = isDark() ? "dark" : null;
    if (chart && chart.pwTheme !== theme) chart.dispose(), (chart = null);
    if (!chart) {
      chart = globalThis.echarts.init(chartAt, theme, { renderer: "canvas" });
      chart.pwTheme = theme;
    }
    chart.setOption({ ...(theme ? onDark(option) : option), backgroundColor: "transparent", animation: false }, { replaceMerge: ["series"] });
  }
  const isDark = () => {
    const chosen = root.closest("[data-theme]")?.dataset.theme;
    return chosen ? chosen === "dark" : dark.matches;
  };

  function look() {
    clearTimeout(timer);
    timer = setTimeout(() => (tries++, paint()), patience.every);
  }

  const resized = new ResizeObserver(() => chart && !chartAt.hidden && chart.resize());
  resized.observe(root);
  ["option", "svg", "alt"].forEach((name) => model.on(`change:${name}`, paint));
  dark.addEventListener("change", paint);
  paint();
  return () => {
    clearTimeout(timer);
    resized.disconnect();
    dark.removeEventListener("change", paint);
    ["option", "svg", "alt"].forEach((name) => model.off(`change:${name}`, paint));
    chart?.dispose();
    root.remove();
  };
}

export default { render };
