// Package prevalence estimates what share of a collection shows a class from the scores of all its images and an audit: a
// random sample that people have labelled.
//
// Counting scores above a threshold is biased by every mistake of the model, and the audit alone is small. The estimate
// here takes what the scores say and corrects it by what the audit shows of their mistakes, so that it is right on average
// for any model, and tighter than the audit alone by as much as the model is good.
//
// The audit must be a random sample of the images, and the model must not have learned from it.
//
// The package imports evaluate and labels and nothing else of the project.
package prevalence
