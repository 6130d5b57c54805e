// Package classify trains a head on frozen features and scores images with it.
//
// A head maps a feature vector x of Dim numbers to one probability a class, the heads logistic and linear by
//
//	p = sigmoid( ((x - mean) · scale) W + √Dim·b )        W: [Dim, C], b: [C]
//
// Classes are judged independently of each other, because they may overlap. Labels are -1 unknown, 0 absent, 1 present;
// an unknown label takes no part in the loss, and a class without any label for training is left out of the model.
//
// Rows are indices into the label table. Rows learned from are not excluded, not flagged for validation, usable, have
// features and at least one known label. Validation rows choose the best weights and measure them; without any, training
// works and the training loss chooses.
//
// Randomness comes from Options.Seed alone: the same seed, labels and features give the same weights, bit for bit, on
// the same machine and backend. Losses are in nats; a rate is the step of the Adam optimiser.
//
// The package imports labels, evaluate and compute; features arrive as functions from row to vector.
package classify
