// Package network builds small networks from a line of text such as "128,p,d,128": what stands between the maps or
// vectors of an extractor and an output layer.
//
// A description is parsed (Parse), fitted to the shape of an input (New), given weights by a seed (Put) and made part
// of a GoMLX graph (Net.Graph). Inputs are feature maps [batch, height, width, channels] or vectors [batch, features].
//
//	128   on maps a convolution of 128 channels with padding "same", on vectors a dense layer; batch normalisation if
//	      asked for; ReLU
//	p     largest of each 2x2 window, stride 2; a last odd row or column is dropped; maps only
//	d     dropout of whole channels of a map, of single features of a vector; nothing outside of training
//	r     y = conv(ReLU(norm(conv(ReLU(x))))), then ReLU(x + y), in the width of x; dense layers on vectors
//
// Multiscale pools several maps of one extractor to one vector. HalfSquares is the weight decay of the loss.
//
// Everything is deterministic by seed: weights come from math/rand/v2, dropout from the random state of the store.
// Source: the Convnet and Multiscale models of the original; docs/network.md lists the differences.
//
// The package imports nothing of the project.
package network
