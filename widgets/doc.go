// Package widgets shows images, labels, curves and progress in a notebook cell or on a page. It knows nothing of machine
// learning and nothing of projects.
//
// Each widget has two sides. The Go side owns the state and makes the static form: HTML that a plain viewer shows after
// it has removed scripts, styles and SVG (tables, and images as data addresses). The page side is an ES module in Assets
// that exports render({model, el}), draws one view object and sends numbered events; it owns only the cursor.
//
// Label values are int8: -1 unknown, 0 absent, 1 present. A row is the index of an image. Scores are in [0, 1].
package widgets
