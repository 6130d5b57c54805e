// Package explore finds images that look alike by their features.
//
// Vectors compares exactly, every candidate with every query, by the cosine of the angle between their vectors: 1 for the
// same direction, 0 for nothing in common, -1 for the opposite. Nearest searches; Cluster chooses a page of images that
// look alike, so that a person can label it in one go; Graph finds the neighbours of all.
//
// Conventions: a row is an index into the image index. The function that gives a row's vector returns nil for a row
// without features; it may be called from several goroutines, and what it returns is only read. A row without features,
// or whose vector holds NaN or an infinity, is left out everywhere. A vector of zeros has no direction: its cosine with
// everything is 0. Of equal cosines the lower row comes first, and no number of cores changes a result.
//
// The package knows nothing of labels and of project folders.
package explore
