// Package study asks how good a model would be with other labels: out of fold, with fewer of them, and with more.
//
// It divides labelled images into folds that are alike in every class although labels are missing, keeps images of one group
// together, so that no near-double of a test image is learned from, and runs a training on what it is given. What a training
// is, the caller says.
//
// The package imports evaluate and labels and nothing else of the project.
package study
