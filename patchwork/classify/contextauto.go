package classify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// clearlyLower is the share of the loss without context up to which the loss with it makes AutoContext take context: the losses of few
// labels differ by chance, and where neighbours do not help they harm. Measured in docs/classify.md.
const clearlyLower = 0.97

// Around gives the features of images in the context of their neighbours, as Data.Features does without; nil where there is none, and
// why.
type Around func(ctx context.Context) (features func(row int) []float32, why string, err error)

// trainEither is Train with AutoContext, which d, with o as it was asked, settles:
//
//	a head that goes on from a model and keeps its λ, or has none   the context of that model
//	logistic, of vectors, with labels to leave out                  neighbours, if the loss of labels left out is then lower by 3 % or more
//	all others                                                      none
//
// The loss is that by which λ is chosen, at the best λ, for the same labels with and without context.
func (d Data) trainEither(ctx context.Context, o Options, onPoint func(Point)) (*Model, error) {
	begun := time.Now()
	filled := o.WithDefaults()
	train := func(with Context, from string, onPoint func(Point)) (*Model, error) {
		d, o := d, o
		o.Context = with
		if with == NeighbourContext {
			features, why, err := d.Around(ctx)
			if err != nil {
				return nil, err
			}
			if features == nil {
				return nil, noContext(why)
			}
			d.Features = features
		}
		if d.Start != nil && d.Start.info.Options.InContext() != o.InContext() && filled.Head == LogisticHead {
			d.Start = nil // its weights are of other vectors, and the minimum is the same from anywhere
		}
		m, err := Train(ctx, d, o, onPoint)
		if m != nil {
			m.info.ContextFrom, m.info.Seconds = from, time.Since(begun).Seconds()
		}
		return m, err
	}
	if d.Around == nil {
		return train(NoContext, "", onPoint)
	}
	keeps, err := d.keepsContext(filled)
	if err != nil {
		return nil, err
	}
	if keeps {
		m, err := train(d.Start.info.Options.settled().Context, "that of the model before", onPoint)
		if _, none := err.(noContext); !none {
			return m, err
		}
	}
	if filled.Head != LogisticHead || filled.Trunk != VectorTrunk || d.Teacher != nil {
		return train(NoContext, "", onPoint)
	}
	d.leaveOut = true
	var none, neighbours Info
	d.goOn = func(i Info) bool { none = i; return i.L2Loss == 0 }
	m, err := train(NoContext, "too few labels to leave some out and compare", half(onPoint, 0))
	if errors.Is(err, errNotTaken) {
		d.goOn = func(i Info) bool { neighbours = i; return i.L2Loss <= clearlyLower*none.L2Loss }
		m, err = train(NeighbourContext, "", half(onPoint, 1))
		from := fmt.Sprintf("log loss of labels left out: %.3g with neighbours, %.3g without", neighbours.L2Loss, none.L2Loss)
		why, nowhere := err.(noContext)
		if nowhere {
			from = string(why)
		}
		if nowhere || errors.Is(err, errNotTaken) {
			d.goOn, d.l2 = nil, &none
			m, err = train(NoContext, from, half(onPoint, 1))
		} else if m != nil {
			m.info.ContextFrom = from
		}
	}
	if m == nil || err != nil {
		return m, err
	}
	return m.told(onPoint), nil
}

// errNotTaken ends a training that was only to say what its labels lose where they are left out.
var errNotTaken = errors.New("classify: not trained")

// noContext says why there is no context.
type noContext string

func (n noContext) Error() string { return "classify: no context: " + string(n) }

// keepsContext says whether a training goes on in the context of its start.
func (d Data) keepsContext(o Options) (bool, error) {
	if d.Start == nil || o.Trunk != VectorTrunk {
		return false, nil
	}
	if o.Head != LogisticHead {
		return o.Head.stepwise() && d.Start.info.Options.InContext(), nil // its weights are of use for the same vectors only
	}
	if o.WeightDecay > 0 || d.Start.head.kind != LogisticHead {
		return false, nil
	}
	p, err := prepare(d)
	return err == nil && d.Start.info.keepsL2(p, o.Posterior.of(len(p.train.rows))), err
}

// half makes of a listener one that hears the first (0) or second (1) of two trainings that come to one, without their ends.
func half(onPoint func(Point), which int) func(Point) {
	if onPoint == nil {
		return nil
	}
	return func(p Point) {
		if math.IsNaN(p.TrainLoss) {
			p.Step, p.Steps = p.Step+which*p.Steps, 2*p.Steps
			onPoint(p)
		}
	}
}

// told tells a listener of the end of a training that it has not heard.
func (m *Model) told(onPoint func(Point)) *Model {
	if onPoint != nil {
		onPoint(m.info.History[0])
	}
	return m
}
