package classify

import (
	"context"
	"fmt"
	"math"
	"sync"

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
	err := compute.Try("classify: cannot score", func() error {
		if m.scorer == nil {
			backend, err := compute.Backend()
			if err != nil {
				return err
			}
			if m.scorer, err = scorer(backend, m.head.store()); err != nil {
				return err
			}
		}
		x := newBlock(blockRows, m.head.dim)
		rows := make([]int, 0, blockRows)
		flush := func() error {
			result, err := m.scorer.Exec(x.tensor(len(rows)))
			if err != nil {
				return err
			}
			defer finalize(result)
			return tensors.ConstFlatData(result[0], func(probs []float32) {
				for i, r := range rows {
					copy(out[r*classes:(r+1)*classes], probs[i*classes:])
				}
				rows = rows[:0]
			})
		}
		for r := range n {
			features := row(r)
			if features == nil {
				continue
			}
			if err := checkFeatures(r, features, m.head.dim); err != nil {
				return err
			}
			x.set(len(rows), features)
			if rows = append(rows, r); len(rows) == blockRows {
				if err := ctx.Err(); err != nil {
					return fmt.Errorf("stopped at row %d of %d: %w", r, n, err)
				}
				if err := flush(); err != nil {
					return err
				}
			}
		}
		if len(rows) == 0 {
			return nil
		}
		return flush()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// block is a matrix on the host that is filled again and again and handed to a graph.
type block struct {
	width  int
	values []float32
	held   *tensors.Tensor
}

func newBlock(rows, width int) *block {
	return &block{width: width, values: make([]float32, rows*width)}
}

func (b *block) set(i int, row []float32) { copy(b.values[i*b.width:(i+1)*b.width], row) }

// tensor returns the block with all rows from used on set to zero. It is valid until the next call.
func (b *block) tensor(used int) *tensors.Tensor {
	clear(b.values[used*b.width:])
	if b.held != nil {
		b.held.MustFinalizeAll()
	}
	b.held = tensors.FromFlatDataAndDimensions(b.values, len(b.values)/b.width, b.width)
	return b.held
}

func finalize(ts []*tensors.Tensor) {
	for _, t := range ts {
		t.MustFinalizeAll()
	}
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
