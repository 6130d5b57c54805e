// Package compute picks the GoMLX backend that every graph of this project runs on, and turns the panics of graph code
// into errors. It links neither cgo nor XLA and knows nothing of images or labels.
//
// # How to write graph code here
//
// A graph function takes and returns *graph.Node and fails by panicking, as GoMLX does. Nothing outside the package
// that wrote it may see such a panic, so building and running happens inside Try:
//
//	backend, err := compute.Backend()
//	if err != nil {
//		return nil, err
//	}
//	err = compute.Try("the colour histogram", func() error {
//		exec, err := graph.NewExec(backend, histogram) // compiles at the first call, once per shape of the inputs
//		if err != nil {
//			return err
//		}
//		defer exec.Finalize()
//		out, err := exec.Call1(pixels)
//		...
//	})
//
// What to keep in mind, each learned by measuring:
//
//   - Write against graphs only and never ask which backend runs; numbers must agree between backends.
//   - Every new shape of an input compiles a new graph, so keep batches equal and fill up the last one.
//   - A tensor belongs to the backend it first ran on; copy it with ToLocal before it is used with another.
//   - Outputs are freed by the garbage collector, which does not see their size: finalise them in loops.
//   - The project's backend, cpu, is fast in float32 and uses all cores by itself; docs/compute.md says what it leaves to
//     GoMLX's Go backend, whose pointer arithmetic offends the checks of -race: test with
//     -race -gcflags=all=-d=checkptr=0.
package compute
