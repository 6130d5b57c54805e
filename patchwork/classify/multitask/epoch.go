package multitask

import (
	"context"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// endEpoch measures the held-out images and keeps the weights if they are the best so far.
func (t *training) endEpoch(p *Point, logVariance []float64) error {
	p.EpochEnd = true
	loss := float64(p.TrainLoss)
	tallies, err := t.count(t.judge, &t.validation)
	if err != nil {
		return err
	}
	sums, counts := make([]float64, len(tallies)), make([]float64, len(tallies))
	for k, tally := range tallies {
		sums[k], counts[k] = tally.weighed, tally.weight
		weight := t.given[k]
		if t.o.Weighting == AdaptiveWeights {
			weight = math.Exp(-logVariance[k])
		}
		p.Tasks = append(p.Tasks, TaskPoint{evaluate.Number(tally.weighed / tally.weight), tally.figures().Accuracy, weight})
	}
	if held := watched(t.given, sums, counts); !math.IsNaN(held) {
		p.ValidationLoss, loss = evaluate.Number(held), held
	}
	if t.best == nil || loss < t.bestLoss {
		p.Best = true
		if t.best, err = t.read(t.store); err != nil {
			return err
		}
		t.bestLoss, t.bestEpoch = loss, p.Epoch
	}
	t.history = append(t.history, *p)
	return nil
}

// count lets a scorer answer for the images of a side and counts by task. It takes no context: a report is owed also for a
// cancelled training, and a table is small beside all images.
func (p *prepared) count(by *scorer, s *side) ([]tally, error) {
	k := len(p.tasks())
	commonest := make([]int, k)
	for t := range commonest {
		commonest[t] = p.commonest(t)
	}
	tallies := make([]tally, k)
	err := by.each(context.Background(), len(s.rows), func(i int) []float32 { return p.Features(s.rows[i]) }, func(i int, logp []float32) {
		for t, y := range s.values[i*k : (i+1)*k] {
			if y != Unknown {
				tallies[t].add(y, commonest[t], logp[by.layout.offset[t]:by.layout.offset[t+1]], float64(p.weights[t][y]))
			}
		}
	})
	return tallies, err
}

// commonest is the category of most labels for training, the first of several.
func (p *prepared) commonest(task int) int {
	count, best := make([]int, len(p.tasks()[task].Categories)), 0
	for i := range p.train.rows {
		if v := p.train.values[i*len(p.tasks())+task]; v != Unknown {
			count[v]++
		}
	}
	for c, n := range count {
		if n > count[best] {
			best = c
		}
	}
	return best
}

// measure fills in the report: the figures of the model on the table it was trained with.
func (m *Model) measure(p *prepared) error {
	s := m.layout.store(m.weights)
	defer s.Finalize()
	by, err := newScorer(m.layout, s)
	if err != nil {
		return err
	}
	defer by.exec.Finalize()
	train, err := p.count(by, &p.train)
	if err != nil {
		return err
	}
	validation, err := p.count(by, &p.validation)
	if err != nil {
		return err
	}
	for k, task := range p.tasks() {
		m.info.Report = append(m.info.Report, TaskReport{
			Task: task.Name, Commonest: task.Categories[p.commonest(k)], Train: train[k].figures(), Validation: validation[k].figures(),
		})
	}
	return nil
}
