// Package evaluate measures scores against labels that may be missing, and says how far each figure can be trusted.
//
// A label is unknown, absent or present (package labels); an unknown one never counts, neither as absent nor as a
// mistake. Scores are probabilities in [0, 1], one a class; a score of at least Threshold says "present". NaN stands for
// no score, and such cells are counted and left out. A figure that the labels cannot give, such as the AUC of a class
// without negatives, is NaN in Go and null in JSON, never 0.
//
// Intervals cover 95 %: Wilson's for shares, Newcombe's method 5 for the AUC. They speak of images drawn at random;
// when validation images were chosen by a strategy, the figures and their intervals describe those images only.
//
// The package imports labels and nothing else of the project.
package evaluate
