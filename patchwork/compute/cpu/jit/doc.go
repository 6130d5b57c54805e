// Package jit makes machine code while the program runs: one function for a whole list of element-wise operations and the
// reductions behind them, whose intermediate values never leave the registers. Written for each list by hand, such a
// function would be what a good kernel of softmax or layer normalisation is; there are as many lists as there are graphs.
//
// A Program is the list; Compile makes a Function of it, with AVX2 and FMA or AVX-512, on Linux on amd64. Elsewhere, and
// where the system forbids memory that is first written and then executed, there is none, and who asks must do without.
// The results of element-wise operations are bit by bit those of package kernel's assembly.
package jit
