package cpu

import "slices"

// tail is the pass that a convolution or product runs on every piece of its result as soon as it is final, while the
// piece lies in the cache: bias, activation, residual.
type tail struct {
	unit       int     // pieces are multiples of so many elements
	finishes   bool    // the kernel can do a finish
	multiplies bool    // the kernel can multiply with a number
	finish     *finish // instead of a pass; nil: none
	pass       *pass   // nil: none
}

// open begins the pass, if there is one, and returns what it does with a piece of elements lo to hi-1; both are nil if there
// is none. close ends it.
func (t *tail) open(r *run) (q *passRun, then func(lo, hi int)) {
	if t.pass == nil {
		return nil, nil
	}
	q = t.pass.open(r)
	return q, q.then
}

func (t *tail) close(q *passRun) error {
	if q == nil {
		return nil
	}
	return q.close()
}

// byPicture returns what a step with this tail and a result reads and writes by picture besides its own operands; ok is
// false if the tail does more than that.
func (t *tail) byPicture(made *value) (in, out []*value, ok bool) {
	switch {
	case t.finish != nil:
		return nil, []*value{t.finish.out}, true
	case t.pass == nil:
		return nil, []*value{made}, true
	case len(t.pass.sinks) > 0:
		return nil, nil, false
	}
	for _, o := range t.pass.operands {
		switch {
		case o.direct && o.v.root() != made:
			in = append(in, o.v)
		case !o.direct && !o.at.scalar() && o.at.period() == 0:
			return nil, nil, false
		}
	}
	return in, append([]*value{made}, t.pass.results...), true
}

// follow hangs passes behind the convolutions and products whose results they read, where nothing that they need is
// computed in between.
func (p *plan) follow() {
	maker := p.makers()
	gone := make([]bool, len(p.steps))
	for i, s := range p.steps {
		if s.tail == nil {
			continue
		}
		made := s.out[0]
		for j := i + 1; j < len(p.steps); j++ {
			next := p.steps[j]
			if gone[j] || next.pass == nil || !slices.Contains(next.in, made) || !next.pass.coverable(made, s.tail.unit) {
				continue
			}
			ready := true
			for _, v := range next.in {
				m, ok := maker[v.root()]
				ready = ready && (v == made || v.root() != made) && (!ok || m <= i)
			}
			if !ready {
				continue
			}
			s.name += " + " + next.name
			if gone[j] = true; p.finished(s, next, gone) {
				maker[next.out[0]] = i
				break
			}
			s.tail.pass = next.pass
			for _, o := range next.over { // what the step itself reads elsewhere must stay
				if !slices.ContainsFunc(s.in, func(v *value) bool { return v.root() == o.in.root() }) {
					s.over = append(s.over, o)
				}
			}
			s.in = append(s.in, next.in...)
			s.out = append(slices.Clip(s.out), next.out...)
			for _, v := range next.out {
				maker[v] = i
			}
			break
		}
	}
	p.drop(gone)
}

// coverable reports whether the pass can go over the elements of made in pieces that are multiples of unit elements, in
// any order: it reduces nothing, and what repeats does so within a piece.
func (p *pass) coverable(made *value, unit int) bool {
	if p.size != made.size() {
		return false
	}
	for _, s := range p.sinks {
		if s.reduce != nil {
			return false
		}
	}
	for _, o := range p.operands {
		if o.v.root() == made && !o.direct {
			return false
		}
		if o.pinned >= 0 && o.at.period() > 0 && unit%o.at.period() != 0 {
			return false
		}
	}
	return true
}
