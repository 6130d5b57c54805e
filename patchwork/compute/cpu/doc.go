// Package cpu is a backend for GoMLX that computes on the processor in pure Go with assembly kernels. It registers
// itself as "cpu"; importing it is enough. It imports the kernels and the
// machine code maker (jit) below it and nothing else of the project.
//
// A graph passes through four hands:
//
//   - the builder (builder.go, function.go, ops_gen.go) records every operation and gives it to a builder of GoMLX's
//     own Go backend as well, the inner one. That one infers shapes, refuses what does not fit and merges equal
//     expressions, so two equal operations are one node here too;
//   - the plan (plan.go, fold.go, fuse.go) drops what no output needs, folds constants, joins element-wise operations
//     and the reductions behind them into passes over blocks, and decides what is ever written to memory;
//   - the steps (dot.go, conv.go, move.go, window.go, ...) are what is left, each with its native kernel. An operation
//     without one becomes an executable of the inner backend that holds only this operation (inner.go): slow, correct,
//     counted, and reported once if it is of a kind that matters;
//   - the executable runs the steps one after the other. Each spreads over the cores inside.
//
// Control flow (While, If, Sort, Call) goes to the inner backend with the functions that it calls; what is around it runs
// here. Graphs with dynamic shapes run on the inner backend as a whole.
//
// Conventions: float32 is the type that is fast; every other type is correct. Values are dense and row-major. A result
// does not depend on the number of cores: work is cut into pieces by the size of the data alone, and the pieces' sums
// are added in the order of the pieces. Storage is 64-byte aligned and has Slack bytes behind its last element, which
// kernels may read and never use.
package cpu
