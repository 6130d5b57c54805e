// Package stream yields batches of augmented pictures as GoMLX tensors, for self-supervised and other training.
//
// A Stream is made of three things: a Source reads pictures of one size by number, an Order says which picture stands at
// which place of an epoch, and a Kind says what becomes of a picture: two views, a rotation to be guessed, an image and
// the box to be painted in. Reading and augmenting run ahead on all cores and write into the memory of the tensors.
//
// Batch s of an epoch holds the places s·B to s·B+B−1 of the order. All draws of a place come from (Seed, epoch, place,
// view): neither the number of workers nor the step from which an epoch is resumed changes a bit, and a picture that
// stands at several places of an epoch is augmented differently at each.
//
// A picture that cannot be read is replaced by the one that stands in its place a batch later, or by the next after that
// which can be read. No other place moves, so a batch is full, an epoch has as many steps as it says and can be resumed.
package stream
