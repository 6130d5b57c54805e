// Package evaluate measures scores against labels that may be missing, and says how far each figure can be trusted.
//
// A label is unknown, absent or present (package labels); an unknown one never counts, neither as absent nor as a
// mistake. Scores are probabilities in [0, 1], one a class; a score of at least Threshold says "present". NaN stands for
// no score, and such cells are counted and left out. A figure that the labels cannot give, such as the AUC of a class
// without negatives, is NaN in Go and null in JSON, never 0, and Report.Notes says what to do about it.
//
// Intervals cover 95 %: Wilson's for shares and what follows from them, Newcombe's method 5 for the AUC, a bootstrap over
// images for the rest. They speak of images drawn at random; when validation images were chosen by a strategy, the figures
// and their intervals describe those images only.
//
// Below are decide (thresholds and answers that keep a promise), calibrate (scores as probabilities), prevalence (how many
// images show a class) and study (folds and learning curves).
//
// The package imports labels and nothing else of the project.
package evaluate
