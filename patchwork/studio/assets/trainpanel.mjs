// The settings of the next training and the trainings on record. model:
//
//   view  {settings: [{name, about, choices, text, whole, min, max, default, value, with: {setting, values}}], runs: [{id, when, seconds, images, accuracy,
//         auc, outcome, settings, note}], running, has_model}
//
// It sends {kind: "note-run", id, text} when a note was changed. chosen() is what the settings are now, for the event that
// starts a training: {settings: {name: text}, go_on}. A setting that Go adds appears by itself.

import { el, put, write } from "./widgets/dom.mjs";
import { figure } from "./studiostate.mjs";

export function render({ model, el: host }) {
  const form = el("div", { class: "settings" });
  const goOn = el("input", { type: "checkbox", id: "go-on" });
  const goOnRow = el("label", { class: "goon", for: "go-on", title: "begin with the weights of the present model, for the classes that it knows" }, goOn, "go on from the present weights");
  const body = el("tbody");
  const table = el("table", { class: "runs" },
    el("thead", {}, el("tr", {}, ...["when", "images", "accuracy", "AUC", "note"].map((name) => el("th", { scope: "col" }, name)))), body);
  const none = el("p", { class: "none" }, "No training yet.");
  host.append(el("details", {}, el("summary", {}, "Settings of training"), form, goOnRow), el("details", {}, el("summary", {}, "Trainings so far"), none, table));
  const inputs = new Map(); // name → element
  const defaults = new Map(); // name → value
  const conditions = new Map(); // name → {row, setting, values}, of those that belong to a choice
  const rows = new Map(); // run id → its row

  function control(setting) {
    const id = `set-${setting.name}`;
    const input = setting.choices?.length
      ? el("select", { id }, el("option", { value: "" }, `${setting.default} (default)`), ...setting.choices.filter((c) => c !== setting.default).map((c) => el("option", { value: c }, c)))
      : el("input", { id, type: "text", inputmode: setting.text ? "text" : setting.whole ? "numeric" : "decimal", placeholder: setting.default, autocomplete: "off" });
    input.addEventListener("input", () => {
      put(input, "data-touched", true);
      showThose();
    });
    const row = el("div", { class: "setting", title: setting.about }, el("label", { for: id }, setting.name.replaceAll("_", " ")), input);
    form.append(row);
    if (setting.with) conditions.set(setting.name, { row, ...setting.with });
    inputs.set(setting.name, input);
    return input;
  }

  // counts says whether a setting belongs to nothing, or to a choice that counts and is chosen.
  function counts(name) {
    const c = conditions.get(name);
    return !c || (counts(c.setting) && c.values.includes(inputs.get(c.setting)?.value || defaults.get(c.setting)));
  }

  // showThose leaves out the others.
  const showThose = () => conditions.forEach(({ row }, name) => (row.hidden = !counts(name)));

  function run(r) {
    const note = el("input", { type: "text", "aria-label": `note on the training of ${r.when}`, placeholder: "note", maxlength: "10000" });
    note.addEventListener("change", () => model.send({ kind: "note-run", id: r.id, text: note.value }));
    const row = el("tr", {}, ...Array.from({ length: 4 }, () => el("td")), el("td", {}, note));
    row.note = note;
    rows.set(r.id, row);
    return row;
  }

  function paint() {
    const view = model.get("view");
    if (!view) return;
    for (const setting of view.settings ?? []) {
      const input = inputs.get(setting.name) ?? control(setting);
      defaults.set(setting.name, setting.default);
      if (input.value === setting.value) put(input, "data-touched", null); // as it was typed, it is kept now
      else if (!("touched" in input.dataset) && document.activeElement !== input) input.value = setting.value;
    }
    showThose();
    goOnRow.hidden = !view.has_model;
    const runs = view.runs ?? [];
    none.hidden = runs.length > 0;
    table.hidden = runs.length === 0;
    runs.forEach((r, i) => {
      const row = rows.get(r.id) ?? run(r);
      if (body.children[i] !== row) body.insertBefore(row, body.children[i] ?? null);
      [r.when, String(r.images), figure(r.accuracy), figure(r.auc)].forEach((text, c) => write(row.children[c], text));
      put(row, "title", [r.id, r.outcome, r.settings].filter(Boolean).join("\n"));
      if (document.activeElement !== row.note) row.note.value = r.note;
    });
    while (body.children.length > runs.length) body.lastChild.remove();
  }

  // chosen takes the settings that count as they stand, the others as their default; a refusal of Go leaves them as they are, so that
  // they can be mended.
  function chosen() {
    const settings = {};
    for (const [name, input] of inputs) settings[name] = counts(name) ? input.value : "";
    return { settings, go_on: goOn.checked && !goOnRow.hidden };
  }
  model.on("change:view", paint);
  paint();
  return { chosen };
}

export default { render };
