package replay

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// measure scores the images that were set apart.
func (p *player) measure() Step {
	classes := len(p.t.Classes())
	scores := make([][]float32, len(p.test)) // what the model does not say is 0, less than anything that it says
	for i, row := range p.test {
		scores[i] = make([]float32, classes)
		if p.model == nil {
			continue
		}
		for c, q := range p.model.Probs(row) {
			if q == q {
				scores[i][c] = q
			}
		}
	}
	return Step{Images: len(p.learn), Accuracy: p.accuracy(scores), MeanAP: p.meanAP(scores)}
}

// accuracy is, of the test images that show a class, the share whose highest score is of one that they show. Of k
// equally high ones each counts as 1/k.
func (p *player) accuracy(scores [][]float32) evaluate.Number {
	right, images := 0.0, 0
	for i, row := range p.test {
		highest, ties, hits, shows := float32(math.Inf(-1)), 0, 0, false
		for c, s := range scores[i] {
			present := p.t.Value(row, c) == labels.Present
			shows = shows || present
			if s > highest {
				highest, ties, hits = s, 0, 0
			}
			if s == highest {
				ties++
				if present {
					hits++
				}
			}
		}
		if shows {
			images++
			right += float64(hits) / float64(ties)
		}
	}
	return evaluate.Number(right / float64(images)) // NaN without any
}

// meanAP is the average precision, mean over the classes that some test image shows.
func (p *player) meanAP(scores [][]float32) evaluate.Number {
	sum, n := 0.0, 0
	column, truth := make([]float32, len(p.test)), make([]labels.Tri, len(p.test))
	for c := range p.t.Classes() {
		for i, row := range p.test {
			column[i], truth[i] = scores[i][c], p.t.Value(row, c)
		}
		if ap, err := evaluate.AveragePrecision(column, truth); err == nil {
			sum, n = sum+ap, n+1
		}
	}
	return evaluate.Number(sum / float64(n))
}
