// Command bench measures the figures that the README promises and prints them as a table: what, how long or how fast,
// the target, whether it was met, and how it was measured.
//
//	go run ./internal/bench [-run REGEXP] [-json]
//
// It works on projects that it makes itself below build/bench, so that the disk is the one the working tree is on. What
// a person waits for is measured where the person is: in a browser, at the end of a WebSocket, in a kernel. A tool that
// is missing makes its rows say "skipped" and why. The exit status is 1 when a measurement failed; a figure over its
// target is no failure, since machines differ and others may be using this one.
//
// Conventions: a Row is one line of the table. Times are wall-clock; medians and 95th percentiles are of single
// operations, never of means. Caches of files are warm, as they are when a person works.
package main
