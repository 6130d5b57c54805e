package classify

import (
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// endEpoch measures the validation rows and keeps the weights if they are the best so far.
func (t *training) endEpoch(p *Point) error {
	p.EpochEnd = true
	loss := p.TrainLoss
	if len(t.validation.rows) > 0 {
		var err error
		if p.ValidationLoss, p.Classes, err = t.validate(); err != nil {
			return err
		}
		loss = p.ValidationLoss
	}
	if t.best.weights == nil || loss < t.bestLoss {
		p.Best = true
		if err := t.keep(p.Epoch); err != nil {
			return err
		}
		t.bestLoss = loss
	}
	t.history = append(t.history, *p)
	return nil
}

// keep makes the present weights the best.
func (t *training) keep(epoch float64) error {
	if err := t.now.read(t.store); err != nil {
		return err
	}
	t.best, t.bestEpoch = t.now, epoch
	return nil
}

const (
	divergedTimes = 10  // the first loss, of an epoch's mean
	divergedLeast = 0.7 // what counts as the first loss at least: about that of a coin
)

// ErrDiverged means that the loss grew instead of falling before an epoch was over, so that there are no weights to keep.
var ErrDiverged = errors.New("the training diverged")

// diverges says what is wrong with the loss, "" if nothing is: it is no number, or at the end of an epoch its mean is far above
// where it began.
func (t *training) diverges(mean, last float64, epochEnd bool) string {
	switch {
	case last-last != 0:
		return fmt.Sprintf("is %g", last)
	case epochEnd && mean > divergedTimes*max(t.firstLoss, divergedLeast):
		return fmt.Sprintf("has grown to %.3g, from %.3g at the first step,", mean, t.firstLoss)
	}
	return ""
}

// diverged ends a training whose loss diverges: with the best weights before, or an error when there are none.
func (t *training) diverged(wrong string, steps int) error {
	text := fmt.Sprintf("the loss %s after %d steps; lower the rate (now %g)", wrong, steps, t.o.Rate)
	if t.best.weights == nil {
		return fmt.Errorf("%w: %s", ErrDiverged, text)
	}
	t.ended = Diverged
	t.warnings = append(t.warnings, fmt.Sprintf("%s. The weights of epoch %.4g, the best before, are kept", text, t.bestEpoch))
	return nil
}

// stop ends a cancelled training: without a finished epoch the present weights are the best there are.
func (t *training) stop(done int, cause error) error {
	if t.best.weights == nil && done > 0 {
		if err := t.keep(float64(done) / float64(t.o.Steps)); err != nil {
			return err
		}
	}
	return fmt.Errorf("stopped after step %d of %d: %w", done, t.o.Epochs*t.o.Steps, cause)
}

// validate returns the loss over all known validation labels and the figures of each class.
func (t *training) validate() (loss float64, classes []ClassPoint, err error) {
	n, c := len(t.validation.rows), len(t.Classes)
	blockRows := rowsAtOnce(t.Dim)
	b := &batch{x: newBlock(blockRows, t.Dim), y: newBlock(blockRows, c)}
	scores := make([]float32, 0, n*c)
	var sum, known float64
	for at := 0; at < n; at += blockRows {
		used := min(blockRows, n-at)
		for i := range b.y.values {
			b.y.values[i] = absentRow // what fills up the last block
		}
		for i := range used {
			b.put(i, &t.validation, at+i, t.Features)
		}
		x, err1 := b.x.tensor(used)
		y, err2 := b.y.tensor(blockRows)
		if err := errors.Join(err1, err2); err != nil {
			return 0, nil, err
		}
		err := run(t.judge, func(out []*tensors.Tensor) error {
			sum += float64(tensors.ToScalar[float32](out[0]))
			known += float64(tensors.ToScalar[float32](out[1]))
			return tensors.ConstFlatData(out[2], func(z []float32) { scores = append(scores, z[:used*c]...) })
		}, x, y)
		if err != nil {
			return 0, nil, err
		}
	}
	classes, err = t.figures(scores)
	return sum / (known + lossFloor), classes, err
}

// figures are how well the validation rows of each class are told apart by their logits, which become probabilities.
func (t *training) figures(scores []float32) (classes []ClassPoint, err error) {
	c := len(t.Classes)
	for i := range t.validation.rows {
		t.now.squash(scores[i*c : (i+1)*c])
	}
	r, err := evaluate.Evaluate(evaluate.Data{
		Table:  rowsOf{t.table, t.validation.rows},
		Scores: func(i int) []float32 { return scores[i*c : (i+1)*c] },
	})
	for _, class := range r.Classes {
		classes = append(classes, ClassPoint{class.Validation.Accuracy.Value, class.Validation.AUC.Value})
	}
	return classes, err
}

// rowsOf is some rows of a table, as validation rows.
type rowsOf struct {
	view
	rows []int
}

func (v rowsOf) Len() int                      { return len(v.rows) }
func (v rowsOf) Value(i, class int) labels.Tri { return v.view.Value(v.rows[i], class) }
func (v rowsOf) Excluded(int) bool             { return false }
func (v rowsOf) Validation(int) bool           { return true }
