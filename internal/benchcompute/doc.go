// Command benchcompute measures the project's backend ("cpu") beside two others that do the same work: PyTorch on the
// CPU ("torch") and GoMLX's own Go backend built with GOEXPERIMENT=simd ("go"). It prints a table: milliseconds of each,
// how many times slower the others are, the goal for that ratio and whether it is met.
//
//	go run ./internal/benchcompute [-run REGEXP] [-engines cpu,torch,go] [-rounds N] [-json] [-known FILE] [-python PATH]
//
// Every engine is a process of its own, a worker, which builds a row when it is first asked for it. The parent asks
// cpu, torch, cpu, torch ... in turns, so that a busy moment of the machine meets both; only one worker runs at a time.
// Per engine it takes the least over the rounds of a round's median. A machine on which others work costs
// PyTorch most, whose threads wait for one another at every operation; the column "others" says how many cores they
// kept busy in the quietest round, and there are more rounds while it is not quiet. With -known, figures of PyTorch
// from a quieter hour count. PyTorch has the choice: where pictures have
// channels, rows are measured with both memory formats, and networks also as a frozen script; its best counts.
// "go" is up to a hundred times slower: it is measured once, with a smaller batch where a run would take too long.
//
// Both sides fill their operands with the same numbers (noise.go), and the results of single operations are compared
// once per row; one that differs makes the exit status 1, as an error does. A ratio below its goal does not.
//
// GOMAXPROCS limits the threads of all engines. A machine without PyTorch gets the other columns.
//
// Conventions: Row is a line of the table, Work what an engine is asked to do, a variant one of PyTorch's ways to do it.
// Times are wall-clock. GFLOP/s are of cpu and count what the plain formula needs, so a fast algorithm for convolutions
// may have more of them than the processor.
package main
