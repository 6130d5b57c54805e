// Groups of images that show the same, in place of the grid. model:
//
//   view  as Go has it (doublesview.go), with classes: [{name, color}] of the values of a tile, and message; null while nobody wants to
//         see them
//
// It sends {kind: "doubles", on, again}, {kind: "doubles-stop"}, {kind: "doubles-list", list | start}, what is done to a group,
// {kind: "doubles-label" | "doubles-keep" | "doubles-side" | "doubles-apart" | "doubles-open", of, group, row, value}, and undo and redo.
// address(path) is where a picture is.

import progress from "./widgets/progress.mjs";
import { createModel } from "./widgets/model.mjs";
import { called, colorOf, inkOn, word } from "./widgets/classes.mjs";
import { el, put, write } from "./widgets/dom.mjs";
import { chordOf, keyText } from "./widgets/keys.mjs";
import { aboutText, acts, badgesOf, chipsOf, chosenIn, doublesProgress, emptyText, intentOf, keysOf, pageFrom, placeText, stepFrom } from "./doublesstate.mjs";
import { optionText } from "./studiostate.mjs";

export function render({ model, el: host, address }) {
  const bar = createModel({ view: { state: "idle" } }, () => model.send({ kind: "doubles-stop" }));
  const works = el("div", { class: "works" });
  const state = el("p", { class: "state", role: "status" });
  const list = el("select", { "aria-label": "which groups" });
  const place = el("span", { class: "place", role: "status" });
  const button = (text, title, press) => {
    const node = el("button", { type: "button", title }, text);
    node.addEventListener("click", press);
    return node;
  };
  const before = button("Previous", "groups before (Page Up)", () => turn(-1));
  const after = button("Next", "groups after (Page Down)", () => turn(1));
  const again = button("Look again", "look for doubles anew, by the images and features that there are now", () => model.send({ kind: "doubles", on: true, again: true }));
  const back = button("Close", "back to the images (Esc)", leave);
  const help = el("details", { class: "keys" }, el("summary", {}, "Keys (?)"));
  const said = el("p", { class: "said", "aria-hidden": "true" }); // the status line of the page may be far below
  const note = el("p", { class: "note" });
  const empty = el("p", { class: "empty" });
  const groups = el("div", { class: "groups" });
  const body = el("div", { class: "body pw" }, el("div", { class: "head" }, el("h2", {}, "Doubles"), list, place, before, after, again, back, said), help, note, empty, groups);
  host.append(works, state, body);
  progress.render({ model: bar, el: works });
  list.addEventListener("change", () => model.send({ kind: "doubles-list", list: list.value }));
  help.addEventListener("toggle", () => help.open && help.childElementCount === 1 && fillHelp());

  const chosen = new Map(); // group: row that is chosen in it
  const cards = new Map(); // group: {drawn, node}
  let at = null; // {group, row} under the cursor
  let large = null; // group whose images are large
  let landing = "first"; // where the cursor goes on another page

  const view = () => model.get("view");
  const shown = () => Boolean(view()?.found) && !view().running;
  const tileAt = () => groups.querySelector('.tile[tabindex="0"]');

  function leave() {
    model.send({ kind: "doubles", on: false });
  }
  function turn(by, to = "first") {
    const start = pageFrom(view(), by);
    if (start === null) return;
    landing = to;
    model.send({ kind: "doubles-list", start });
  }
  function act(name, group, row) {
    const one = view().groups.find((g) => g.group === group);
    const what = { of: view().found, group, row };
    if (name === "large") {
      large = large === group ? null : group;
      paint();
      return cards.get(group).node.scrollIntoView({ block: "nearest" });
    }
    const events = {
      label: { kind: "doubles-label" }, keep: { kind: "doubles-keep" }, open: { kind: "doubles-open" },
      train: { kind: "doubles-side", value: false }, held: { kind: "doubles-side", value: true }, apart: { kind: "doubles-apart", value: !one.apart },
    };
    return model.send({ ...what, ...events[name] });
  }

  // choose moves the cursor; without focus it only marks.
  function choose(to, focus = true) {
    at = to;
    chosen.set(to.group, to.row);
    mark();
    if (focus) tileAt()?.focus();
  }
  function mark() {
    for (const group of view().groups) {
      const { node } = cards.get(group.group);
      const here = group.group === at?.group;
      put(node, "data-here", here);
      if (here && "framed" in document.body.dataset) node.querySelector(".about").append(said); // there the head does not stay in sight
      const { row } = chosenIn(group, chosen);
      for (const tile of node.querySelectorAll(".tile")) {
        const is = Number(tile.dataset.row) === row;
        put(tile, "aria-current", is ? "true" : null);
        put(tile, "tabindex", is && here ? "0" : "-1");
      }
      for (const b of node.querySelectorAll(".acts button")) put(b, "tabindex", here ? "0" : "-1");
    }
  }

  function tile(one, group) {
    const { classes } = view();
    const big = large === group.group;
    const img = el("img", { src: address(big ? one.full : one.src), alt: "", loading: "lazy", decoding: "async" });
    img.addEventListener("error", () => img.replaceWith(el("span", { class: "unshown" }, "This image cannot be shown.")));
    const { chips, rest } = chipsOf(one.values, classes, group.differ);
    const chip = ({ class: c, value, differs }) => {
      const node = el("span", { class: "chip", "data-value": word(value), "data-differs": differs ? "" : null }, `${{ 1: "✓ ", 0: "✗ " }[value] ?? "? "}${called(classes[c].name)}`);
      node.style.setProperty("--c", colorOf(classes, c));
      node.style.setProperty("--ink", inkOn(colorOf(classes, c)));
      return node;
    };
    const side = one.excluded ? `left out${one.reason ? `: ${one.reason}` : ""}` : one.validation ? "held out" : "training";
    const spoken = [one.title, side, ...chips.map((c) => `${called(classes[c.class].name)} ${c.value < 0 ? "not labelled" : word(c.value)}`), rest, one.why].filter(Boolean).join("; ");
    const node = el("button", { type: "button", class: "tile", "data-row": one.row, "data-key": `tile ${group.group} ${one.row}`, "data-excluded": one.excluded ? "" : null, "aria-label": spoken, title: one.title },
      el("span", { class: "picture" }, img), el("span", { class: "name" }, one.caption),
      el("span", { class: "side", "data-side": one.excluded ? "out" : one.validation ? "held" : "train" }, side),
      el("span", { class: "chips" }, ...chips.map(chip), rest && el("span", { class: "rest" }, rest)),
      el("span", { class: "size" }, one.size), el("span", { class: "why" }, one.why));
    node.addEventListener("click", () => choose({ group: group.group, row: one.row }));
    node.addEventListener("dblclick", () => act("large", group.group, one.row));
    return node;
  }

  function card(group, number) {
    const badges = badgesOf(group, called).map(([kind, text]) => el("span", { class: "badge", "data-kind": kind }, text));
    const buttons = acts.map(({ name, key, button: text, what }) => {
      const says = name === "apart" && group.apart ? "Doubles after all" : name === "large" && large === group.group ? "Smaller" : text;
      const b = el("button", { type: "button", title: what, "data-key": `act ${group.group} ${name}` }, says, " ", el("kbd", { "aria-hidden": "true" }, key.replace("Key", "")));
      b.addEventListener("click", () => {
        choose(chosenIn(group, chosen), false);
        act(name, at.group, at.row);
      });
      return b;
    });
    return el("section", { class: "group", "aria-label": `group ${number}`, "data-large": large === group.group ? "" : null, "data-quiet": group.apart || group.left < 2 ? "" : null },
      el("div", { class: "about" }, el("b", {}, aboutText(group)), ...badges),
      el("div", { class: "tiles" }, ...group.tiles.map((one) => tile(one, group))), el("div", { class: "acts" }, ...buttons));
  }

  function fillHelp(layout) {
    const row = ([keys, what]) => el("tr", {}, el("th", { scope: "row" }, ...keys.map((key) => el("kbd", {}, key))), el("td", {}, what));
    help.replaceChildren(help.firstChild, el("table", {}, el("tbody", {}, ...keysOf((key) => keyText(key, layout)).map(row))));
    if (!layout) globalThis.navigator?.keyboard?.getLayoutMap?.().then(fillHelp, () => {});
  }

  let page = ""; // which groups were drawn last
  function paintGroups(v) {
    const focused = groups.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const now = `${v.found} ${v.list} ${v.start} ${v.groups.map((group) => group.group)}`;
    const other = now !== page;
    if (other) {
      cards.clear();
      if (!page.startsWith(`${v.found} `)) chosen.clear(); // the numbers mean other groups
      [page, large] = [now, null];
    }
    const classes = JSON.stringify(v.classes);
    v.groups.forEach((group, i) => {
      const drawn = JSON.stringify(group) + classes + (large === group.group);
      if (cards.get(group.group)?.drawn !== drawn) cards.set(group.group, { drawn, node: card(group, v.start + i + 1) });
    });
    const nodes = v.groups.map((group) => cards.get(group.group).node);
    if (other) groups.replaceChildren(...nodes);
    else nodes.forEach((node, i) => groups.children[i] !== node && groups.children[i].replaceWith(node)); // the others stay, and so does what is in view
    if (other || !v.groups.some((group) => group.group === at?.group)) {
      const first = v.groups.at(landing === "last" ? -1 : 0);
      at = first ? chosenIn(first, chosen) : null;
      landing = "first";
    }
    mark();
    if (focused) (groups.querySelector(`[data-key="${focused}"]`) ?? tileAt() ?? list).focus({ preventScroll: true });
    if (other && was) tileAt()?.scrollIntoView({ block: "nearest" });
  }

  let was = false;
  function paint() {
    const v = view();
    put(host, "hidden", !v);
    bar.set("view", doublesProgress(v));
    works.hidden = !v?.running;
    write(state, v?.failed ? `Doubles could not be looked for: ${v.failed}` : "");
    state.hidden = !v?.failed;
    body.hidden = !shown();
    if (shown()) {
      v.lists.forEach((one, i) => {
        const option = list.options[i] ?? list.appendChild(el("option", { value: one.name }));
        write(option, optionText(one));
      });
      list.value = v.list;
      write(place, placeText(v));
      write(said, v.message);
      before.disabled = pageFrom(v, -1) === null;
      after.disabled = pageFrom(v, 1) === null;
      write(note, [v.alone && "There are no features yet, so only files and perceptual hashes were compared: Train computes features, then look again.",
        v.lists.some(({ name, n }) => name === "apart" && n) && "What you call no doubles counts as none for everybody, also in patchwork doubles and p.Doubles()."].filter(Boolean).join(" "));
      note.hidden = !note.textContent;
      write(empty, v.groups.length ? "" : emptyText(v));
      empty.hidden = !empty.textContent;
      paintGroups(v);
      if (!was) (tileAt() ?? list).focus({ preventScroll: true });
    }
    was = shown();
  }

  function onKey(e) {
    if (!shown() || e.target.closest("select, summary")) return e.stopPropagation();
    const plain = e.key?.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey;
    if (plain) e.stopPropagation(); // in a notebook they would do something to the cell
    if ((e.key === "Enter" || e.key === " ") && e.target.closest("button:not(.tile)")) return undefined;
    const intent = intentOf(e, chordOf(e));
    if (!intent) return undefined;
    e.preventDefault();
    e.stopPropagation();
    if (intent.help) help.open = !help.open;
    if (intent.help && help.open) help.scrollIntoView({ block: "nearest" });
    if (intent.leave) leave();
    if (intent.send) model.send({ kind: intent.send });
    if (intent.turn) turn(intent.turn);
    if (at && intent.act) act(intent.act, at.group, at.row);
    if (!at || !intent.move) return undefined;
    const to = stepFrom(view().groups, at, intent.move, chosen);
    return to.turn ? turn(to.turn, to.turn < 0 ? "last" : "first") : choose(to);
  }
  host.addEventListener("keydown", onKey);
  model.on("change:view", paint);
  paint();
  return () => model.off("change:view", paint);
}

export default { render };
