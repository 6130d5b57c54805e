package classify

import (
	"context"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// fitLogistic fits one logistic regression a class, the minimum of
//
//	Σ over labelled images of m·BCE(y, sigmoid(x·w + b)) + λ/2·Σ w²
//
// x is the direction of the features from their centre, with the length √Dim. m is how often the sampling would draw the
// image, 1 on average. λ is Options.WeightDecay times the number of labelled images, or without one chosen by chooseL2. A
// class with one side only has no minimum: its w is 0 and its b that of the share of present labels, one of each more counted. With
// Options.Even, and up to 256 labelled images, the w are then drawn towards equal spread; see even. The posterior is that of the minimum.
//
// start, if not nil, changes where the search for the minimum begins, and its λ is kept while it learned from the same classes
// and from no less than two thirds as many images.
func fitLogistic(ctx context.Context, p *prepared, o Options, start *Model, onPoint func(Point)) (h head, i Info, err error) {
	i = Info{Classes: p.Classes, Dim: p.Dim, Taps: p.Taps, Options: o}
	if h, err = newHead(i); err != nil {
		return h, i, err
	}
	h.posterior = o.Posterior.of(len(p.train.rows))
	mean, scale := p.centre()
	h.begin(mean, scale, nil, 0)
	q, done, err := p.problems(&h, o)
	if err != nil {
		return h, i, err
	}
	defer done()
	steps := len(l2Path) + 1
	if h.posterior.with() {
		steps += q.count
	}
	q.told = onTheWay(onPoint, steps)
	q.posterior = h.posterior
	w, err := q.from(&h, p, start)
	if err != nil {
		return h, i, err
	}
	switch {
	case p.l2 != nil:
		q.l2, i.L2Loss, i.L2From = p.l2.L2, p.l2.L2Loss, p.l2.L2From
	case o.WeightDecay > 0:
		q.l2, i.L2From = o.WeightDecay*float64(q.n), "as set"
		if p.leaveOut {
			if _, i.L2Loss, _, err = q.leastOf(ctx, []float64{q.l2}, o.Seed); err != nil {
				return h, i, err
			}
		}
	case start != nil && start.head.kind == LogisticHead && start.info.keepsL2(p, h.posterior):
		q.l2, i.L2From = start.info.L2, "that of the model before"
	default:
		if q.l2, i.L2Loss, i.L2From, err = q.chooseL2(ctx, o.Seed); err != nil {
			return h, i, err
		}
	}
	i.L2 = q.l2
	if p.goOn != nil && !p.goOn(i) {
		return h, i, errNotTaken
	}
	q.tell(len(l2Path))
	constant := float32(gain(p.Dim))
	oneSided := q.oneSided()
	for c, only := range oneSided {
		if only {
			clear(w[c*q.dim : (c+1)*q.dim])
			q.silence(c)
		}
	}
	if _, err := q.minimise(ctx, w); err != nil {
		return h, i, err
	}
	shares := sharesOf(p.train.labels, q.count)
	for c := range q.count {
		for k := range p.Dim {
			h.weights[k*q.count+c] = w[c*q.dim+k] * constant
		}
		if h.bias[c] = w[c*q.dim+p.Dim] * constant; oneSided[c] {
			h.bias[c] = float32(math.Log(shares[c] / (1 - shares[c])))
		}
	}
	if o.Even == On && q.n <= leaveOneOutMost {
		if err := h.even(p, q, oneSided); err != nil {
			return h, i, err
		}
	}
	i.PosteriorTemperature, err = h.widen(ctx, q, w, shares, oneSided)
	return h, i, err
}

// from are the weights that the search begins with: those of start where it knows the class, else 0.
//
// Errors: start reads other features, or other things of them.
func (q *problems) from(h *head, p *prepared, start *Model) ([]float32, error) {
	w := make([]float32, q.count*q.dim)
	if start == nil {
		return w, nil
	}
	if err := h.reads(p.FeatureID, start); err != nil {
		return nil, err
	}
	if start.head.kind != LogisticHead {
		return w, nil // the minimum is the same
	}
	column, constant := columnNow(start.info.Classes, p.Resolve), float32(gain(p.Dim))
	for c, name := range p.Classes {
		if old, ok := column[name]; ok {
			for k := range p.Dim {
				w[c*q.dim+k] = start.head.weights[k*start.head.classes+old] / constant
			}
			w[c*q.dim+p.Dim] = start.head.bias[old] / constant
		}
	}
	return w, nil
}

// keepsL2 reports whether λ need not be chosen anew for p: the classes and the posterior are the same and the images hardly more.
func (i Info) keepsL2(p *prepared, posterior Posterior) bool {
	if i.L2 <= 0 || i.Posterior() != posterior || len(i.Classes) != len(p.Classes) || 2*len(p.train.rows) > 3*i.TrainRows || 3*len(p.train.rows) < 2*i.TrainRows {
		return false
	}
	column := columnNow(i.Classes, p.Resolve)
	for _, name := range p.Classes {
		if _, ok := column[name]; !ok {
			return false
		}
	}
	return true
}

// problems are one regression a class on the labelled images. done ends what they hold.
func (p *prepared) problems(h *head, o Options) (q *problems, done func(), err error) {
	n, classes := len(p.train.rows), len(p.Classes)
	q = &problems{n: n, dim: p.Dim + 1, count: classes, close: lbfgsClose, pool: kernel.NewPool(0), x: kernel.Floats(n * (p.Dim + 1))}
	done = q.pool.Close
	draws := newSampler(p.train.labels, classes, o.Sampling, o.Beta, nil).draws(n)
	constant := float32(gain(p.Dim))
	q.y, q.m = make([]float32, n*classes), make([]float32, n*classes)
	for i, row := range p.train.rows {
		x := q.x[i*q.dim : (i+1)*q.dim]
		if err := h.direction(x[:p.Dim], row, p.Features); err != nil {
			done()
			return nil, nil, err
		}
		for k := range x[:p.Dim] {
			x[k] *= constant
		}
		x[p.Dim] = constant
		for c, v := range p.train.labels[i*classes : (i+1)*classes] {
			if v >= 0 {
				q.y[i*classes+c], q.m[i*classes+c] = float32(v), float32(draws[i])
			}
		}
	}
	if err := q.prepare(); err != nil {
		done()
		return nil, nil, err
	}
	return q, done, nil
}

// oneSided tells of each problem whether its labels are all the same.
func (q *problems) oneSided() []bool {
	seen := make([][2]bool, q.count)
	for i, m := range q.m {
		if m > 0 {
			seen[i%q.count][int(q.y[i])] = true
		}
	}
	out := make([]bool, q.count)
	for p, s := range seen {
		out[p] = !s[0] || !s[1]
	}
	return out
}

// silence takes all labels from a problem, whose minimum then is at 0.
func (q *problems) silence(p int) {
	for i := range q.n {
		q.m[i*q.count+p] = 0
	}
}

// sharesOf is the share of present among the known labels of each class, one of each more counted.
func sharesOf(labels []int8, classes int) []float64 {
	present, known := make([]float64, classes), make([]float64, classes)
	for i, v := range labels {
		if v >= 0 {
			known[i%classes]++
			present[i%classes] += float64(v)
		}
	}
	for c := range present {
		present[c] = (present[c] + 1) / (known[c] + 2)
	}
	return present
}
