// The classes: how often each was seen, and all that can be changed about them midway. model:
//
//   view  {classes: [{name, description, former, retired, into, group}] in order, the retired and merged ones too,
//         colors: {name: color}, counts: [{name, present, absent, validation_present, validation_absent}], conflicts,
//         plan: {from, into, present, absent, conflicts, reopened} or null}
//
// It sends {kind: "class", do, name, now, text, names}, {kind: "plan-merge", from, into, look}, {kind: "conflicts"} and, for the
// images behind a number, {kind: "count", class, value, held}. What
// is typed stays until it is sent, also while other views come.

import { el, put, write } from "./widgets/dom.mjs";
import { excludedBy, linesOf, moved, planText } from "./studiostate.mjs";

export function render({ model, el: host }) {
  const body = el("tbody");
  const table = el("table", { class: "counts" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "class"), el("th", { scope: "col", title: "images where it is present" }, "yes"),
      el("th", { scope: "col", title: "images where it is absent" }, "no"),
      el("th", { scope: "col", title: "held out for validation: present/absent" }, "held"), el("th", { scope: "col" }, el("span", { class: "hidden" }, "change")))), body);
  const name = el("input", { type: "text", placeholder: "another class", "aria-label": "name of another class", maxlength: "1000", autocomplete: "off" });
  const add = el("form", { class: "add" }, name, el("button", { type: "submit" }, "Add"));
  const gone = el("div", { class: "gone" });
  const conflicts = el("button", { type: "button", class: "conflicts", hidden: "", title: "show the images where classes are present that exclude each other" });
  host.append(table, add, conflicts, gone);
  const send = (message) => model.send({ kind: "class", ...message });
  let open = null; // the name of the class that is being changed
  let editor = null;
  const rows = new Map(); // class → the parts of its row

  add.addEventListener("submit", (e) => {
    e.preventDefault();
    if (!name.value.trim()) return name.focus();
    send({ do: "add", name: name.value });
    name.value = "";
    return undefined;
  });
  conflicts.addEventListener("click", () => model.send({ kind: "conflicts" }));

  const shown = (view) => view.classes.filter((c) => !c.retired && !c.into);

  // rowOf is the row of a class, made once: a press must not lose the button that it began on.
  function rowOf(count, view) {
    const row = rows.get(count.name) ?? makeRow(count.name);
    const about = view.classes.find((c) => c.name === count.name);
    row.swatch.style.background = view.colors[count.name];
    put(row.head, "title", [about?.description, about?.group && `one of: ${about.group.join(", ")}`].filter(Boolean).join("\n") || null);
    write(row.one, about?.group ? ` one of ${about.group.length}` : "");
    [count.present, count.absent, count.validation_present, count.validation_absent].forEach((n, i) => {
      write(row.counts[i], String(n));
      row.counts[i].disabled = n === 0;
    });
    row.none.hidden = !(row.both.hidden = !count.validation_present && !count.validation_absent);
    put(row.change, "aria-expanded", String(open === count.name));
    return row.node;
  }

  function makeRow(name) {
    const swatch = el("span", { class: "swatch" });
    const one = el("span", { class: "one" });
    const head = el("th", { scope: "row" }, el("div", { class: "called" }, swatch, el("bdi", {}, name), one));
    const counts = [[1, false, "present"], [0, false, "absent"], [1, true, "present, held out"], [0, true, "absent, held out"]].map(([value, held, what]) =>
      button("", `show the images: ${name} ${what}`, () => model.send({ kind: "count", class: name, value, held })));
    counts.forEach((node) => node.classList.add("n"));
    const both = el("span", {}, counts[2], "/", counts[3]);
    const none = el("span", {}, "–");
    const cells = [el("td", {}, counts[0]), el("td", {}, counts[1]), el("td", { class: "held" }, both, none)];
    const change = el("button", { type: "button", class: "change", "aria-label": `change ${name}`, title: "rename, describe, merge, split …" }, "⋯");
    change.addEventListener("click", () => {
      open = open === name ? null : name;
      editor = null;
      paint();
      body.querySelector(".editor input")?.focus();
    });
    const row = { node: el("tr", {}, head, ...cells, el("td", {}, change)), swatch, one, head, counts, both, none, change };
    rows.set(name, row);
    return row;
  }

  // keep brings the rows into the table in order and moves only those that stand elsewhere: an element that is moved loses
  // the focus and what is typed in.
  function keep(nodes) {
    const wanted = new Set(nodes);
    [...body.children].forEach((node) => wanted.has(node) || node.remove());
    const typed = editor?.row.contains(document.activeElement) ? nodes.indexOf(editor.row) : -1;
    if (typed < 0 || editor.row.parentNode !== body) return nodes.forEach((node, i) => body.children[i] !== node && body.insertBefore(node, body.children[i] ?? null));
    nodes.slice(0, typed).forEach((node) => editor.row.before(node));
    return nodes.slice(typed + 1).toReversed().forEach((node) => editor.row.after(node));
  }

  const button = (text, title, act) => {
    const node = el("button", { type: "button", title }, text);
    node.addEventListener("click", act);
    return node;
  };

  // makeEditor makes the form of one class. It lives until the class is another or the form is shut.
  function makeEditor(view) {
    const info = view.classes.find((c) => c.name === open);
    const others = shown(view).map((c) => c.name).filter((other) => other !== open);
    const called = el("input", { type: "text", value: info.name, "aria-label": "name", maxlength: "1000", autocomplete: "off" });
    const about = el("input", { type: "text", value: info.description ?? "", placeholder: "what belongs to it", "aria-label": "description", maxlength: "10000", autocomplete: "off" });
    const keep = el("form", {}, called, about, el("button", { type: "submit", title: "keep name and description" }, "Keep"));
    keep.addEventListener("submit", (e) => {
      e.preventDefault();
      const now = called.value.trim();
      const was = open;
      if (about.value !== (info.description ?? "")) send({ do: "describe", name: was, text: about.value });
      if (now && now !== was) send({ do: "rename", name: was, now });
      open = null;
      paint();
    });
    const step = (by) => () => send({ do: "order", names: moved(shown(model.get("view")).map((c) => c.name), open, by) });
    const moves = el("div", { class: "moves" }, button("↑", "further up", step(-1)), button("↓", "further down", step(1)),
      button("Retire", "ask for it no more; its labels are kept", () => {
        send({ do: "retire", name: open });
        open = null;
      }));
    const into = el("select", { "aria-label": "merge into" }, el("option", { value: "" }, "merge into …"), ...others.map((other) => el("option", { value: other }, other)));
    const plan = el("p", { class: "plan", role: "status" });
    const merge = button("Merge", "make it part of the other class", () => {
      send({ do: "merge", name: open, now: into.value });
      open = null;
    });
    const look = button("", "look at the images where one is present and the other absent", () => model.send({ kind: "plan-merge", from: open, into: into.value, look: true }));
    into.addEventListener("change", () => into.value && model.send({ kind: "plan-merge", from: open, into: into.value }));
    const parts = el("textarea", { rows: "2", placeholder: "split into: one new class a line", "aria-label": "split into, one new class a line" });
    const split = button("Split", "retire it for new classes, and show its images again", () => {
      send({ do: "split", name: open, names: linesOf(parts.value) });
      open = null;
    });
    const boxes = others.map((other) => {
      const box = el("input", { type: "checkbox", value: other });
      box.checked = (info.group ?? []).includes(other);
      return box;
    });
    const group = button("Keep", "of these at most one is present in an image", () => send({ do: "group", names: [open, ...boxes.filter((b) => b.checked).map((b) => b.value)] }));
    const excludes = el("details", {}, el("summary", {}, "Excludes other classes"), el("div", { class: "boxes" }, ...boxes.map((box) => el("label", {}, box, box.value)), group));
    excludes.hidden = !others.length;
    const mergeRow = el("div", { class: "merge" }, into, merge, look, plan);
    mergeRow.hidden = !others.length;
    const node = el("td", { colspan: "5", class: "editor" }, keep, moves, mergeRow, el("div", { class: "split" }, parts, split), excludes);
    node.addEventListener("keydown", (e) => {
      if (e.key !== "Escape") return;
      e.stopPropagation();
      open = null;
      paint();
      [...body.querySelectorAll(".change")].find((b) => b.getAttribute("aria-label") === `change ${info.name}`)?.focus();
    });
    return {
      of: open, others: JSON.stringify(others), row: el("tr", { class: "edited" }, node),
      paint({ plan: now }) {
        const mine = now && now.from === open && now.into === into.value ? now : null;
        merge.hidden = !mine;
        look.hidden = !mine?.conflicts;
        write(look, mine ? `See ${mine.conflicts}` : "");
        if (mine || into.value !== node.dataset.planned) write(plan, mine ? planText(mine) : "");
        node.dataset.planned = into.value;
      },
    };
  }

  function paint() {
    const view = model.get("view");
    if (!view) return;
    if (open && !shown(view).some((c) => c.name === open)) open = null;
    const others = JSON.stringify(shown(view).map((c) => c.name).filter((other) => other !== open));
    if (open && (editor?.of !== open || editor.others !== others)) editor = makeEditor(view);
    if (!open) editor = null;
    for (const name of rows.keys()) if (!view.counts.some((count) => count.name === name)) rows.delete(name);
    keep(view.counts.flatMap((count) => (count.name === open ? [rowOf(count, view), editor.row] : [rowOf(count, view)])));
    editor?.paint(view);
    table.hidden = !view.counts.length;
    conflicts.hidden = !view.conflicts;
    write(conflicts, `${view.conflicts} contradiction${view.conflicts === 1 ? "" : "s"}`);
    put(gone, "data-some", view.classes.some((c) => c.retired || c.into));
    gone.replaceChildren(...view.classes.filter((c) => c.retired || c.into).map((c) => el("p", {}, excludedBy(c),
      c.into ? "" : button("Restore", `ask for ${c.name} again`, () => send({ do: "restore", name: c.name })))));
  }
  model.on("change:view", paint);
  paint();
  return () => model.off("change:view", paint);
}

export default { render };
