// Package augment changes images at random, as self-supervised and semi-supervised training needs it.
//
// An Image holds float32 values in [0,1], row by row, the channels of a pixel side by side. A Pipeline is compiled from
// Params once and applied to many images from any number of goroutines. Every draw comes from the Key of an image, so
// the order of workers changes nothing.
package augment
