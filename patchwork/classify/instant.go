package classify

import (
	"context"
	"math"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// atOnce fits a head that needs no steps. onPoint may be nil.
func (p *prepared) atOnce(ctx context.Context, o Options, onPoint func(Point)) (m *Model, err error) {
	err = compute.Try("classify: fitting the head "+string(o.Head), func() error {
		var h head
		var i Info
		var err error
		switch o.Head {
		case LogisticHead:
			h, i, err = fitLogistic(ctx, p, o, p.Start, onPoint)
		case PrototypesHead:
			h, i, err = fitPrototypes(p, o)
		default:
			h, i, err = fitNeighbours(p, o)
		}
		if err == nil {
			i.Ended, i.BestEpoch = Completed, 1
			m = &Model{head: h, info: i}
		}
		return err
	})
	if p.Start != nil && o.Head != LogisticHead {
		p.warnings = append(p.warnings, "the head "+string(o.Head)+" is made of the labels alone, so it does not go on from earlier weights")
	}
	return m, err
}

// onTheWay makes of a listener one that hears how many λ of the logistic head have been tried, ten times a second at most. The last
// step is the fit with the one that was chosen.
func onTheWay(onPoint func(Point), steps int) func(done int) {
	if onPoint == nil {
		return nil
	}
	last := time.Now()
	return func(done int) {
		if now := time.Now(); now.Sub(last) >= pointEvery {
			last = now
			onPoint(Point{Step: done, Steps: steps, TrainLoss: math.NaN(), ValidationLoss: math.NaN()})
		}
	}
}

// only is the one point of a learning curve that a head without steps has.
func (m *Model) only() Point {
	r := m.info.Report
	p := Point{Epoch: 1, Step: 1, Steps: 1, TrainLoss: float64(r.Train.LogLoss), ValidationLoss: math.NaN(), EpochEnd: true, Best: true}
	if r.Validation.Rows > 0 {
		p.ValidationLoss = float64(r.Validation.LogLoss)
		for _, class := range r.Classes {
			p.Classes = append(p.Classes, ClassPoint{class.Validation.Accuracy.Value, class.Validation.AUC.Value})
		}
	}
	return p
}
