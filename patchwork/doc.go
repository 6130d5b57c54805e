// Package patchwork is what a notebook cell calls: interactive machine learning for a folder of images.
//
// A project is a folder on disk. It goes round a loop: images are found, turned into features, labelled a few at a
// time, learned by a small classifier, scored, and the scores choose what to label next:
//
//	var p = patchwork.MustOpen("landuse") // in one cell; GoNB repeats declarations in every later cell
//	p.Embed()                             // images to features, with a progress bar
//	p.Studio()                            // label by keyboard, train, be suggested what to label next
//
// Two types share the work. Project is the engine: its methods take a context, return errors and print nothing; the
// command line uses it. Notebook wraps a Project for cells: its methods show what they did, and end the cell with one
// clear message when something is wrong.
//
// Everything durable lies in the project folder (docs/project.md lists the files), so a cell, the studio's server and
// the command line can work on the same project at once. Only one process writes an annotator's journal; while the
// studio is open the others send their labels through it.
//
// Conventions: a row is an index into the image index and never changes; labels are -1 unknown, 0 absent, 1 present;
// the same seed and journal give the same queries and weights.
package patchwork
