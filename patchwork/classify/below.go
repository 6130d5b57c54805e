package classify

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// blockNumbers bounds the numbers of a block of maps, 64 MB.
const blockNumbers = 1 << 24

// rowsAtOnce is how many rows of dim numbers go through a graph together.
func rowsAtOnce(dim int) int { return max(min(blockNumbers/dim, blockRows), 8) }

// below makes of the features of images what a head reads, in a scoring: it reads maps, and puts them through a convnet in blocks.
type below struct {
	reader *mapReader // nil for vectors
	read   bool       // features come as the reader makes them
	dim    int        // numbers that the reader makes
	exec   *model.Exec
	store  *model.Store
	in     *block
	out    map[int][]float32 // what is ready, by row
	failed error
}

func (m *Model) newBelow(read bool) (*below, error) {
	b := &below{read: read}
	var err error
	if b.reader, err = newMapReader(m.info.Options, m.info.Taps, m.info.Dim); err != nil || b.reader == nil {
		return b, err
	}
	b.dim = b.reader.width()
	net := m.head.convnet
	if net == nil {
		return b, nil
	}
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	b.in = newBlock(rowsAtOnce(b.dim), b.dim)
	b.store = m.head.store()
	b.exec, err = model.NewExec(backend, b.store, func(scope *model.Scope, x *Node) *Node { return net.graph(scope.Store(), x) })
	return b, err
}

// close frees the graph.
func (b *below) close() {
	if b.exec != nil {
		b.exec.Finalize()
	}
	if b.store != nil {
		b.store.Finalize()
	}
}

// rows are the rows 0 to n-1 as the head reads them. After an error all that follow are nil, and failed says why.
func (b *below) rows(n int, row func(int) []float32) func(int) []float32 {
	if b.reader == nil {
		return row
	}
	var scratch []float32
	one := func(i int) []float32 {
		x := row(i)
		if x == nil || b.failed != nil {
			return nil
		}
		if b.read {
			return x
		}
		if len(x) != b.reader.dim {
			b.failed = fmt.Errorf("row %d has %d features; want %d. Extract the maps again", i, len(x), b.reader.dim)
			return nil
		}
		if bad := finite(i, x); bad != nil {
			b.failed = bad
			return nil
		}
		scratch = b.reader.read(scratch[:0], x)
		return scratch
	}
	if b.exec == nil {
		return one
	}
	next := 0
	return func(i int) []float32 {
		if i >= next {
			next = b.ahead(i, n, one)
		}
		return b.out[i]
	}
}

// ahead puts rows from i on through the convnet and returns the first row after them.
func (b *below) ahead(i, n int, one func(int) []float32) int {
	var rows []int
	most := len(b.in.values) / b.dim
	for ; i < n && len(rows) < most && b.failed == nil; i++ {
		if x := one(i); x != nil {
			b.in.set(len(rows), x)
			rows = append(rows, i)
		}
	}
	b.out = map[int][]float32{}
	if b.failed != nil {
		return n
	}
	x, err := b.in.tensor(len(rows))
	if err == nil {
		err = compute.Try("the layers", func() error {
			return run(b.exec, func(out []*tensors.Tensor) error {
				y, err := tensors.CopyFlatData[float32](out[0])
				width := len(y) / most
				for k, row := range rows {
					b.out[row] = y[k*width : (k+1)*width]
				}
				return err
			}, x)
		})
	}
	if err != nil {
		b.failed = fmt.Errorf("scoring: %w", err)
	}
	return i
}
