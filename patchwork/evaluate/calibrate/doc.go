// Package calibrate turns scores into probabilities that keep their promise: of the images that get 0.8, eight in ten show
// the class.
//
// A Map is fitted on labelled images that the model has not learned from, and is non-decreasing, so it changes no order of
// images, no AUC and no average precision. Unknown labels count nowhere. Calibration must be measured on other images than
// the map was fitted on; OutOfFold gives scores for that.
//
// The package imports labels and nothing else of the project.
package calibrate
