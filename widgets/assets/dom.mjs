// Small helpers to make elements. Text always goes in as text: captions and class names come from people and files.

// el makes an element: el("button", {class: "x", "aria-label": "y"}, "text", child…). Attributes that are null or
// undefined are left out.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// put sets an attribute or removes it (null), and touches the page only when something changes.
export function put(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

// write sets an element's text, and touches the page only when it changes.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// root makes the outer element of a widget. data-lm-suppress-shortcuts keeps JupyterLab from taking its keys.
export const root = (name) =>
  el("div", { class: `pw pw-${name}`, "data-lm-suppress-shortcuts": "true" });
