package multitask

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// blockRows is how many rows are scored at a time; a shorter rest is filled up, so that one graph serves all.
const blockRows = 64

// Model is a trained network of several tasks. Its methods may be called from several goroutines.
type Model struct {
	info    Info
	layout  *layout
	weights weights

	mu     sync.Mutex // guards what follows
	scorer *scorer    // compiled at first use
}

// Info tells what the model is. Slices and maps are shared: do not change them.
func (m *Model) Info() Info { return m.info }

// Columns is where the probabilities of a task begin and end in a row of Scores, in the order of Info.Tasks.
func (m *Model) Columns(task int) (from, to int) {
	return m.layout.offset[task], m.layout.offset[task+1]
}

// Scores gives the probability of each category of each task for the rows 0 to n-1. Those of one task add up to 1.
//
// Shapes: row(i) returns Info.Input.Size() numbers, or nil for a row without; the result is [n · categories of all tasks],
// row by row, NaN throughout for a row without features. The result of row need only stay valid until the next call.
//
// Errors: another number of features, or one that is not finite (naming the row); ctx's error, wrapped; a backend that
// cannot be had.
func (m *Model) Scores(ctx context.Context, n int, row func(int) []float32) ([]float32, error) {
	out := make([]float32, n*m.layout.columns)
	for i := range out {
		out[i] = float32(math.NaN())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	err := compute.Try("multitask: scoring", func() (err error) {
		if m.scorer == nil {
			if m.scorer, err = newScorer(m.layout, m.layout.store(m.weights)); err != nil {
				return err
			}
		}
		return m.scorer.each(ctx, n, row, func(r int, logp []float32) {
			for c, v := range logp {
				out[r*m.layout.columns+c] = float32(math.Exp(float64(v)))
			}
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Best is the most likely category of a task in a row of Scores and its probability; -1 for a row without features.
func (m *Model) Best(scores []float32, task int) (category int, p float32) {
	from, to := m.Columns(task)
	category, p = Unknown, float32(math.NaN())
	for c, v := range scores[from:to] {
		if v == v && (category < 0 || v > p) {
			category, p = c, v
		}
	}
	return category, p
}

// scorer computes logarithms of probabilities in blocks.
type scorer struct {
	layout *layout
	exec   *model.Exec
	held   *tensors.Tensor // one for all hand-overs: a graph does not keep its inputs
	values []float32
}

func newScorer(l *layout, s *model.Store) (*scorer, error) {
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	exec, err := model.NewExec(backend, s, func(scope *model.Scope, x *Node) *Node {
		var parts []*Node
		for _, z := range l.logits(s, x) {
			parts = append(parts, LogSoftmax(z, -1))
		}
		return Concatenate(parts, 1)
	})
	if err != nil {
		return nil, err
	}
	return &scorer{l, exec, newInput(l, blockRows), make([]float32, blockRows*l.in.Size())}, nil
}

// newInput is a tensor for the features of so many images.
func newInput(l *layout, rows int) *tensors.Tensor {
	return tensors.FromShape(shapes.Make(dtypes.Float32, append([]int{rows}, l.in.Dims()...)...))
}

// each calls use with every row that has features and the logarithms of its probabilities, valid until use returns.
func (s *scorer) each(ctx context.Context, n int, row func(int) []float32, use func(row int, logp []float32)) error {
	size, at := s.layout.in.Size(), make([]int, 0, blockRows)
	flush := func() error {
		if len(at) == 0 {
			return nil
		}
		clear(s.values[len(at)*size:])
		if err := tensors.AssignFlatData(s.held, s.values); err != nil {
			return err
		}
		err := run(s.exec, func(out []*tensors.Tensor) error {
			return tensors.ConstFlatData(out[0], func(logp []float32) {
				for i, r := range at {
					use(r, logp[i*s.layout.columns:(i+1)*s.layout.columns])
				}
			})
		}, s.held)
		at = at[:0]
		return err
	}
	for r := range n {
		x := row(r)
		if x == nil {
			continue
		}
		if err := checkFeatures(r, x, s.layout.in); err != nil {
			return err
		}
		copy(s.values[len(at)*size:], x)
		if at = append(at, r); len(at) < blockRows {
			continue
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopped at row %d of %d: %w", r, n, err)
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return flush()
}

// run hands tensors to a graph and passes its outputs to use, which must not keep them.
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
