package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// TestRows looks rows up and adds to them, along one and two axes, with indices of several types, and compares results
// and gradients with GoMLX's Go backend. Nothing of it may be slow.
func TestRows(t *testing.T) {
	for i, c := range []struct{ table, at []int }{
		{[]int{50, 40}, []int{300, 1}},
		{[]int{50, 40}, []int{3, 7, 1}},
		{[]int{5, 6, 33}, []int{200, 2}},
		{[]int{9, 4}, []int{20, 2}}, // single elements
		{[]int{64, 130}, []int{1000, 1}},
	} {
		for _, dtype := range []dtypes.DType{dtypes.Int32, dtypes.Int64, dtypes.Uint8} {
			t.Run(fmt.Sprint(c.table, c.at, dtype), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(i), 3))
				table := randomTensor(r, c.table...)
				k := c.at[len(c.at)-1]
				at := make([]int64, product(c.at))
				for i := range at {
					at[i] = int64(r.IntN(c.table[i%k]))
				}
				f := func(x []*Node) []*Node {
					index := ConvertDType(Reshape(Const(x[0].Graph(), at), c.at...), dtype)
					y := Gather(x[0], index)
					loss := ReduceAllSum(Mul(Sin(y), y))
					updates := MulScalar(y, 2)
					return []*Node{y, Gradient(loss, x[0])[0], ScatterSum(x[0], index, updates, false, false),
						ScatterMax(x[0], index, updates, false, false), ScatterMin(x[0], index, updates, false, false)}
				}
				b := testBackend(t, Options{Workers: 3, Stats: true, Logger: func(m string) { t.Error(m) }})
				got := evaluate(t, b, f, []*tensors.Tensor{table})
				compare(t, "rows", got, evaluate(t, reference(t), f, []*tensors.Tensor{table}), 1e-5)
				for _, s := range b.Stats() {
					if strings.Contains(s.Kind, "inner:Gather") || strings.Contains(s.Kind, "inner:Scatter") {
						t.Errorf("%s ran on the inner backend", s.Name)
					}
				}
			})
		}
	}
}

// TestRowOutside: a scatter to a row that there is not is an error, not a write elsewhere.
func TestRowOutside(t *testing.T) {
	b := testBackend(t, Options{})
	exec := MustNewExec(b, func(x, at *Node) *Node {
		return ScatterSum(x, at, Ones(x.Graph(), shapeOf(dtypes.Float32, 1, 6)), false, false)
	})
	_, err := exec.Call(randomTensor(rand.New(rand.NewPCG(1, 1)), 4, 6), [][]int32{{4}})
	if err == nil || !strings.Contains(err.Error(), "addresses a piece outside of (Float32)[4, 6]") {
		t.Errorf("got %v, want an error that names the operand", err)
	}
}

// pieceCase is a gather or scatter of any form. The updates of the scatter have the shape of the result of the gather.
type pieceCase struct {
	operand, indices []int
	vector           int   // axis of the index vectors
	addressed        []int // axes of the operand that they stand for
	sizes            []int // of a piece, for each axis of the operand
	inserted         []int // axes that are left out of the piece
	pieces           []int // axes of the piece in the updates
}

var pieceCases = []pieceCase{
	{[]int{7, 5}, []int{4, 1}, 1, []int{0}, []int{3, 5}, nil, []int{1, 2}},                               // pieces of rows
	{[]int{7, 5}, []int{4, 2}, 1, []int{0, 1}, []int{2, 3}, nil, []int{1, 2}},                            // blocks
	{[]int{7, 5}, []int{2, 4}, 0, []int{1, 0}, []int{2, 3}, nil, []int{1, 2}},                            // columns of indices
	{[]int{6, 4, 8}, []int{3, 2, 5}, 1, []int{2, 0}, []int{2, 4, 1}, []int{2}, []int{1, 2}},              // between
	{[]int{6, 4, 8}, []int{3, 5}, 2, []int{1}, []int{6, 1, 8}, []int{1}, []int{0, 3}},                    // around the vectors, without an axis
	{[]int{6, 4, 8}, []int{9, 1}, 1, []int{1}, []int{2, 1, 8}, []int{1}, []int{0, 2}},                    // cut where no index goes
	{[]int{3, 200}, []int{20, 1}, 1, []int{0}, []int{1, 200}, nil, []int{0, 2}},                          // a wide row with an axis of 1 before the vectors
	{[]int{9, 300}, []int{30, 1}, 1, []int{1}, []int{9, 100}, nil, []int{0, 1}},                          // the vectors last
	{[]int{5, 6, 7, 2}, []int{11, 3}, 1, []int{0, 1, 3}, []int{1, 1, 7, 1}, []int{0, 1, 3}, []int{1}},    // strided
	{[]int{5, 6, 7, 150}, []int{4, 6, 2}, 2, []int{1, 0}, []int{1, 1, 7, 150}, []int{0, 1}, []int{2, 3}}, // the first axes in turn
	{[]int{5}, []int{40}, 1, []int{0}, []int{1}, []int{0}, nil},                                          // numbers
	{[]int{4, 3}, []int{1}, 0, []int{0}, []int{2, 3}, nil, []int{0, 1}},                                  // one piece
}

// updates are the dimensions of the result of the gather.
func (c *pieceCase) updates() []int {
	var batch []int
	for axis, n := range c.indices {
		if axis != c.vector {
			batch = append(batch, n)
		}
	}
	var piece []int
	for axis, n := range c.sizes {
		if !slices.Contains(c.inserted, axis) {
			piece = append(piece, n)
		}
	}
	var dims []int
	for axis := range len(batch) + len(piece) {
		if slices.Contains(c.pieces, axis) {
			dims, piece = append(dims, piece[0]), piece[1:]
		} else {
			dims, batch = append(dims, batch[0]), batch[1:]
		}
	}
	return dims
}

// each calls f with each element of the updates and the element of the operand that the definition of XLA's gather and
// scatter pairs with it, element by element.
func (c *pieceCase) each(indices []int64, f func(update, operand int)) {
	updates, rank := c.updates(), len(c.operand)
	for u := range product(updates) {
		var batch, piece []int
		rest := u
		for axis := len(updates) - 1; axis >= 0; axis-- {
			if slices.Contains(c.pieces, axis) {
				piece = append([]int{rest % updates[axis]}, piece...)
			} else {
				batch = append([]int{rest % updates[axis]}, batch...)
			}
			rest /= updates[axis]
		}
		at := make([]int, rank)
		for axis := range rank {
			if !slices.Contains(c.inserted, axis) {
				at[axis], piece = piece[0], piece[1:]
			}
		}
		for k, axis := range c.addressed {
			i, b := 0, batch
			for a, n := range c.indices {
				j := k
				if a != c.vector {
					j, b = b[0], b[1:]
				}
				i = i*n + j
			}
			at[axis] += int(indices[i])
		}
		o := 0
		for axis, n := range c.operand {
			o = o*n + at[axis]
		}
		f(u, o)
	}
}

// TestPieces holds gathers and scatters of all forms and types to their definition. GoMLX's Go backend cannot serve: it
// adds parts of rows to the wrong elements.
func TestPieces(t *testing.T) {
	for i, c := range pieceCases {
		for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Float64, dtypes.Int32, dtypes.Int64, dtypes.Uint8} {
			t.Run(fmt.Sprint(c, dtype), func(t *testing.T) { checkPieces(t, rand.New(rand.NewPCG(uint64(i), 5)), c, dtype) })
		}
	}
}

func checkPieces(t *testing.T, r *rand.Rand, c pieceCase, dtype dtypes.DType) {
	draw := func(dims []int) *tensors.Tensor {
		x := randomTensor(r, dims...)
		x.MustMutableFlatData(func(flat any) {
			data := flat.([]float32)
			for i := range data {
				if !dtype.IsFloat() {
					data[i] = float32(r.IntN(3))
				} else if r.IntN(50) == 0 {
					data[i] = float32(math.NaN())
				}
			}
		})
		return x
	}
	x, updates := draw(c.operand), draw(c.updates())
	indices := make([]int64, product(c.indices))
	behind := 1 // elements between the indices of a vector
	if c.vector < len(c.indices) {
		behind = product(c.indices[c.vector+1:])
	}
	for k := range indices {
		axis := c.addressed[k/behind%len(c.addressed)]
		indices[k] = int64(r.IntN(c.operand[axis] - c.sizes[axis] + 1))
	}
	a, u := numbers(t, x), numbers(t, updates)
	gathered, sum, largest, least := make([]float64, len(u)), slices.Clone(a), slices.Clone(a), slices.Clone(a)
	c.each(indices, func(update, operand int) {
		gathered[update] = a[operand]
		sum[operand] += u[update]
		largest[operand] = max(largest[operand], u[update])
		least[operand] = min(least[operand], u[update])
	})
	want := [][]float64{sum, largest, least}
	if c.vector < len(c.indices) { // GoMLX refuses the other form for gathers
		want = append(want, gathered)
	}
	f := func(x []*Node) []*Node {
		at := Reshape(Const(x[0].Graph(), indices), c.indices...)
		operand, updates := ConvertDType(x[0], dtype), ConvertDType(x[1], dtype)
		list := []*Node{
			BackendScatterSum(operand, at, updates, c.vector, c.pieces, c.inserted, c.addressed, false, false),
			BackendScatterMax(operand, at, updates, c.vector, c.pieces, c.inserted, c.addressed, false, false),
			BackendScatterMin(operand, at, updates, c.vector, c.pieces, c.inserted, c.addressed, false, false),
		}
		if len(want) > len(list) {
			list = append(list, BackendGather(operand, at, c.vector, c.pieces, c.inserted, c.addressed, c.sizes, false))
		}
		for i := range list {
			list[i] = ConvertDType(list[i], dtypes.Float32)
		}
		return list
	}
	b := testBackend(t, Options{Workers: 3, Stats: true})
	got := evaluate(t, b, f, []*tensors.Tensor{x, updates})
	compare(t, "pieces", got, want, 1e-6)
	compare(t, "one worker", evaluate(t, testBackend(t, Options{Workers: 1}), f, []*tensors.Tensor{x, updates}), got, 0)
	for _, s := range b.Stats() {
		if strings.HasPrefix(s.Kind, "inner:") {
			t.Errorf("%s ran on the inner backend", s.Name)
		}
	}
}

// TestSlicesGradient: every element of the table gets the gradients of all slices that it is in, by hand.
func TestSlicesGradient(t *testing.T) {
	f := func(x []*Node) []*Node {
		y := GatherSlices(x[0], []int{1}, Const(x[0].Graph(), [][]int32{{0}, {1}, {1}}), []int{2}, false) // [3, 2, 2]
		return Gradient(ReduceAllSum(Mul(y, x[1])), x[0])
	}
	weights := tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400}, 3, 2, 2)
	got := evaluate(t, testBackend(t, Options{}), f, []*tensors.Tensor{randomTensor(rand.New(rand.NewPCG(1, 1)), 2, 4), weights})
	compare(t, "gradient", got, [][]float64{{1, 112, 220, 0, 3, 334, 440, 0}}, 0)
}
