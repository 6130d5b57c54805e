// Package studio is the labelling application: a grid of images with class buttons, the choice of what to show next,
// training with live curves, and counts, on one page. It holds the state of one session and turns what the page sends
// into journal events; it does no machine learning and draws no HTML of its own beyond the page's frame. The widgets
// come from package widgets, their transport from widgets/host, and everything it knows of images, labels and models
// comes through Project.
//
// One Session serves all pages that are open on it: a second tab sees the same batch and follows the first.
package studio
