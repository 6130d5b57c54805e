package classify

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// blockRows is how many rows are scored at a time; a shorter rest is filled up, so that one graph serves all.
const blockRows = 256

// Model is a trained head. Its methods may be called from several goroutines.
type Model struct {
	info Info
	head head

	once   sync.Once // guards the making of what follows
	ready  *scorer
	failed error
}

// Info tells what the model is. The slices are shared: do not change them.
func (m *Model) Info() Info { return m.info }

// Mean is what is subtracted from each vector before the weights, [Dim]: the mean of the vectors learned from. The rest is
// multiplied by one number that is the same for all rows and features. Do not change it. It is nil for a model of maps.
func (m *Model) Mean() []float32 {
	if m.info.Options.Trunk != "" && m.info.Options.Trunk != VectorTrunk {
		return nil
	}
	return m.head.mean
}

// Prediction is what a model says of the rows 0 to Rows-1.
type Prediction struct {
	Rows, Classes int
	Scores        []float32 // [Rows · Classes] probabilities, NaN throughout for a row without features
	Deviations    []float32 // [Rows · Classes] standard deviations of their logits, NaN likewise; nil for a model without posterior
	Images        []string  // what tells the image of each row from any other, such as a hash of its file; Predict leaves it nil
}

// Predict gives the probability of each class for the rows 0 to n-1, and with Options.Posterior how uncertain it is.
//
// row(i) returns the features of a row as Data.Features did, or nil for a row without. It is called from one goroutine; its result need only stay
// valid until the next call. Rows are scored in blocks on all cores, whose number changes no score.
//
// Errors: another number of features, or one that is not finite (naming the row); ctx's error, wrapped.
func (m *Model) Predict(ctx context.Context, n int, row func(int) []float32) (Prediction, error) {
	return m.predict(ctx, n, row, false)
}

// predict is Predict, of features that may have been read of maps already.
func (m *Model) predict(ctx context.Context, n int, row func(int) []float32, read bool) (Prediction, error) {
	m.once.Do(func() { m.ready, m.failed = newScorer(&m.head) })
	if m.failed != nil {
		return Prediction{}, fmt.Errorf("classify: cannot score: %w", m.failed)
	}
	below, err := m.newBelow(read)
	if err != nil {
		return Prediction{}, fmt.Errorf("classify: cannot score: %w", err)
	}
	defer below.close()
	p := Prediction{Rows: n, Classes: m.head.classes, Scores: make([]float32, n*m.head.classes)}
	if m.ready.spread != nil {
		p.Deviations = make([]float32, len(p.Scores))
	}
	if err := errors.Join(m.ready.all(ctx, n, below.rows(n, row), p), below.failed); err != nil {
		return Prediction{}, fmt.Errorf("classify: %w", err)
	}
	return p, nil
}

// Scores is Predict's Scores alone.
func (m *Model) Scores(ctx context.Context, n int, row func(int) []float32) ([]float32, error) {
	p, err := m.Predict(ctx, n, row)
	return p.Scores, err
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
	said, err := m.predict(context.Background(), len(rows), func(i int) []float32 { return p.Features(rows[i]) }, true)
	if err != nil {
		return err
	}
	report, err := evaluate.Evaluate(evaluate.Data{Table: p.table, Scores: func(row int) []float32 {
		i, ok := position[row]
		if !ok {
			return nil
		}
		return said.Scores[i*m.head.classes : (i+1)*m.head.classes]
	}})
	m.info.Report = &report
	return err
}
