// Package layout places images on a plane so that like lies beside like.
//
// PCA is linear and done at once. UMAP and TSNE start from a graph of nearest neighbours and from positions: those of PCA,
// or of an earlier layout, so that points stay where a person remembers them (Carry). SOM sorts vectors into the cells of a
// grid.
//
// Conventions: a point is a number from 0 to N-1; which image it is, is the caller's to know. Positions are float32 in no
// unit of their own; Fit brings them into the square from -1 to 1. A point without a place is NaN in both numbers.
//
// Randomness comes from Seed alone. The same seed, vectors and options give the same positions, bit for bit, on the same
// machine, whatever the number of cores.
//
// The package imports nothing of the project but the kernels of compute.
package layout
