// Package propagate spreads a few labels over all images along a graph of nearest neighbours.
//
// An image takes the answer of those that look like it, which take it from those that look like them, until labelled images
// are reached. For each class alone, Spread solves for the answer at which every image agrees with its neighbours:
//
//	a_ij = exp(-(1 - cos_ij) / (T·(1 - cos_iK)))   for the K neighbours j of i, K the last
//	w = (a + aᵀ)/2,  d_i = Σ_j w_ij
//	score_i = p_i / q_i,  where p and q are the functions with d_i·p_i = Σ_j w_ij·p_j at every image without a label, and
//	at a labelled one p = y/√d and q = 1/√d
//
// That is where the iteration Y := D^-½·W·D^-½·Y ends that sets labelled images back to their labels, both to present and to
// absent, and is then normalised; it is found by conjugate gradients and not by a number of steps. A score is also the
// chance that a walk from the image along the graph, which prefers near neighbours, ends at an image with the class and not
// at one without, where an image with many near neighbours is less likely to be the end.
//
// Conventions: a row is an index into the image index. A value is 0 (absent) to 1 (present), NaN for unknown, and unknown
// says nothing: only labels are sources. Scores are 0 to 1, NaN where no label is reached.
//
// Sources: Zhu, Ghahramani and Lafferty 2003, "Semi-Supervised Learning Using Gaussian Fields and Harmonic Functions";
// Zhou et al. 2004, "Learning with Local and Global Consistency" (normalisation, soft labels); Zelnik-Manor and Perona 2004,
// "Self-Tuning Spectral Clustering" (local scale); the use for images as in Bai et al. 2021, arXiv:2111.10932.
package propagate
