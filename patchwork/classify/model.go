package classify

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// blockRows is how many rows are scored at a time; a shorter rest is filled up, so that one graph serves all.
const blockRows = 256

// Model is a trained head. Its methods may be called from several goroutines.
type Model struct {
	info Info
	head head

	mu     sync.Mutex  // guards what follows
	scorer *model.Exec // compiled at first use
}

// Info tells what the model is. The slices are shared: do not change them.
func (m *Model) Info() Info { return m.info }

// Mean is what is subtracted from each vector before the weights, [Dim]: the mean of the vectors learned from. The rest is
// multiplied by one number that is the same for all rows and features. Do not change it.
func (m *Model) Mean() []float32 { return m.head.mean }

// Scores gives the probability of each class for the rows 0 to n-1.
//
// Shapes: row(i) returns Info.Dim features, or nil for a row without; the result is [n · len(Info.Classes)], row by row,
// NaN throughout for a row without features. The result of row need only stay valid until the next call.
//
// Errors: another number of features, or one that is not finite (naming the row); ctx's error, wrapped; a backend that
// cannot be had.
func (m *Model) Scores(ctx context.Context, n int, row func(int) []float32) ([]float32, error) {
	classes := m.head.classes
	out := make([]float32, n*classes)
	for i := range out {
		out[i] = float32(math.NaN())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	err := compute.Try("classify: scoring", func() error {
		if err := m.compile(); err != nil {
			return err
		}
		block, at := newBlock(blockRows, m.head.dim), make([]int, 0, blockRows)
		for r := range n {
			x := row(r)
			if x == nil {
				continue
			}
			if err := checkFeatures(r, x, m.head.dim); err != nil {
				return err
			}
			block.set(len(at), x)
			if at = append(at, r); len(at) == blockRows {
				if err := ctx.Err(); err != nil {
					return fmt.Errorf("stopped at row %d of %d: %w", r, n, err)
				}
				if err := m.score(block, at, out); err != nil {
					return err
				}
				at = at[:0]
			}
		}
		if len(at) == 0 {
			return nil
		}
		return m.score(block, at, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// compile readies the scorer; m.mu is held.
func (m *Model) compile() error {
	if m.scorer != nil {
		return nil
	}
	backend, err := compute.Backend()
	if err != nil {
		return err
	}
	m.scorer, err = scorer(backend, m.head.store())
	return err
}

// score scores the first rows of a block and writes them to out at the rows of at; m.mu is held.
func (m *Model) score(b *block, at []int, out []float32) error {
	x, err := b.tensor(len(at))
	if err != nil {
		return err
	}
	return run(m.scorer, func(result []*tensors.Tensor) error {
		return tensors.ConstFlatData(result[0], func(probs []float32) {
			c := m.head.classes
			for i, r := range at {
				copy(out[r*c:(r+1)*c], probs[i*c:])
			}
		})
	}, x)
}

// block is a matrix on the host that is filled again and again and handed to a graph.
type block struct {
	width  int
	values []float32
	held   *tensors.Tensor // one for all hand-overs: a graph does not keep its inputs
}

func newBlock(rows, width int) *block {
	return &block{width: width, values: make([]float32, rows*width), held: tensors.FromShape(shapes.Make(dtypes.Float32, rows, width))}
}

func (b *block) set(i int, row []float32) { copy(b.values[i*b.width:(i+1)*b.width], row) }

// tensor returns the block with all rows from used on set to zero. It is valid until the next call.
func (b *block) tensor(used int) (*tensors.Tensor, error) {
	clear(b.values[used*b.width:])
	return b.held, tensors.AssignFlatData(b.held, b.values)
}

// run hands blocks to a graph and passes its outputs to use, which must not keep them.
func run(e *model.Exec, use func(out []*tensors.Tensor) error, in ...any) error {
	out, err := e.Exec(in...)
	if err != nil {
		return err
	}
	defer func() {
		for _, t := range out {
			t.MustFinalizeAll()
		}
	}()
	return use(out)
}

// measure fills in the report: the figures of the model on the labels it was trained with.
func (m *Model) measure(p *prepared) error {
	position := map[int]int{}
	rows := append(append([]int(nil), p.train.rows...), p.validation.rows...)
	for i, row := range rows {
		position[row] = i
	}
	// A report is owed also for a cancelled training, and the labelled rows are few: no context.
	scores, err := m.Scores(context.Background(), len(rows), func(i int) []float32 { return p.Features(rows[i]) })
	if err != nil {
		return err
	}
	report, err := evaluate.Evaluate(evaluate.Data{Table: p.table, Scores: func(row int) []float32 {
		i, ok := position[row]
		if !ok {
			return nil
		}
		return scores[i*m.head.classes : (i+1)*m.head.classes]
	}})
	m.info.Report = &report
	return err
}
