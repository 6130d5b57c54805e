// Package runlog keeps the record of runs, as a training is one: what was asked for, how it ended, what was measured, and
// what a person noted. Each run is a folder of its own below runs/, with a file run.yaml that people and programs read.
//
// Conventions: an ID begins with the time, so that the names sort by it; settings are text, as they were given; metrics
// are numbers under names such as "validation/accuracy", and one that could not be had is left out.
package runlog
