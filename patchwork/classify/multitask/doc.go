// Package multitask trains one network for several categorical questions about an image: a shared trunk, and a head with a
// softmax for each task. What is unknown about an image takes no part in the loss of its task.
//
//	features → standardised → trunk → head t → W_t, b_t → softmax          t = 1 … tasks
//
// Trunk and heads are written in the language of package network. Features are vectors or maps, and arrive as a function
// from row to numbers, as in package classify.
//
// A Table says what is known: for each image and task a category or nothing (ReadCSV). Randomness comes from Options.Seed
// alone: the same seed, table and features give the same weights, bit for bit, on the same machine and backend.
//
// Source: the Multitask trainer of the original; Kendall, Gal and Cipolla 2018, arXiv:1705.07115, for adaptive weights;
// Furlanello et al. 2018, arXiv:1805.04770, for a teacher of the generation before. docs/multitask.md lists the differences.
//
// The package imports network, labels, evaluate and compute.
package multitask
