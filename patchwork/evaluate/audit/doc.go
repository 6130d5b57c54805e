// Package audit says whether choosing what to label pays, and when to stop.
//
// An audit image is one that a uniform draw over all that was open put before a person. Figures of images that a strategy
// chose describe those images; figures of the audit describe what is not labelled yet. Run measures, on the audit, models
// that have learned from none of the images that they are measured on: with the first labels, with more, with all, and with
// labels that a random choice might have given. Compare says how far two models answer alike (Cohen's kappa), and Advise
// puts both into a sentence.
//
// What a training is, the caller says. The package imports evaluate, evaluate/study and labels and nothing else of the project.
package audit
