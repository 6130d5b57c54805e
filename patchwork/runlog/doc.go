// Package runlog keeps the record of runs, as a training is one: what was asked for, how it ended, what was measured, and
// what a person noted. Each run is a folder of its own, with a file run.yaml that people and programs read, and, where something was
// measured on the way, metrics.csv.
//
// A run is there from its beginning (Begin), so that one that is killed is seen to be cut off, and can go on (Continue). Where others
// than these files are to hear of it, All tells several sinks. Compare puts runs side by side.
//
// Conventions: an ID begins with the time, so that the names sort by it; settings are text, by dotted names; metrics are numbers under
// names such as "validation/accuracy". In run.yaml a metric is the last that was a finite number, and one that could not be had is left out.
package runlog
