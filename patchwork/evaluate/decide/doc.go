// Package decide chooses where a score says present, absent, or nothing that a person should rely on without looking.
//
// Thresholds are chosen on labelled images that the model has not learned from. A promise, such as "at least 90 % of what is
// said to be present is", holds for new images drawn as those were; with a confidence that is part of it. Plain choices take
// the measured figure for the truth, and are wrong about half of the time.
//
// The package imports evaluate and labels and nothing else of the project.
package decide
