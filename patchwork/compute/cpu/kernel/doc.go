// Package kernel holds the arithmetic of the CPU backend: matrix products, convolutions, element-wise functions,
// reductions, pooling and copies on float32 slices.
//
// Conventions, true for every function here unless its comment says otherwise:
//
//   - Matrices are row-major, pictures are NHWC (batch, height, width, channels), convolution weights are HWIO (height,
//     width, input channels of one group, output channels). Strides are counted in elements.
//   - Slices may have any length and alignment: nothing is read or written outside of them. Floats aligns its slices to
//     64 bytes because that is faster, not because it is needed.
//   - A destination must not overlap a source, except that element-wise functions may write onto the very same slice.
//   - A slice that is too short is a bug of the caller and panics like any slice expression; shapes are checked once, by
//     the constructors, which return errors.
//   - The result depends on the shapes and values alone: work is cut into chunks by shape, every chunk is computed in one
//     fixed order and partial sums are added in the order of the chunks, so any number of workers gives the same bits.
//     Another variant (see Variant) may give other bits.
//   - Functions that take a *Pool use its workers; a nil pool means the calling goroutine alone.
//
// Each hot loop exists in up to three variants: AVX-512 and AVX2 in assembly, which gen writes, and portable Go, which
// is the reference of the tests and runs everywhere else.
package kernel

//go:generate go -C gen run . -pkg kernel -out ../asm_amd64.s -stubs ../asm_amd64.go
