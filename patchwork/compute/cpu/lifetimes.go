package cpu

// lifetimes gives every stored value a slot and notes behind which step it is read no more. Memory itself is taken and
// given back while running, so values of all executables of a backend take turns in the same blocks.
func (p *plan) lifetimes() {
	slot := func(v *value) int {
		v = v.root()
		if v.constant != nil {
			return -1
		}
		if v.plan.slot < 0 {
			v.plan.slot = len(p.slots)
			p.slots = append(p.slots, v)
		}
		return v.plan.slot
	}
	for _, n := range p.nodes {
		for _, v := range n.out {
			v.plan.slot = -1
		}
	}
	for _, v := range p.main.params {
		slot(v)
	}
	last := map[int]int{}
	for i, s := range p.steps {
		for _, v := range s.inner {
			slot(v)
		}
		for _, v := range s.in {
			if at := slot(v); at >= 0 {
				last[at] = i
			}
		}
		for _, v := range s.out {
			if at := slot(v); at >= 0 {
				if _, read := last[at]; !read || last[at] < i {
					last[at] = i // a result that nobody reads goes at once
				}
			}
		}
	}
	for _, v := range p.main.outs {
		if at := slot(v); at >= 0 {
			delete(last, at)
		}
	}
	for at, i := range last {
		p.steps[i].dies = append(p.steps[i].dies, at)
	}
	for i, s := range p.steps {
		kept := s.over[:0]
		for _, o := range s.over {
			in := o.in.root()
			if in.constant == nil && last[in.plan.slot] == i && contains(s.dies, in.plan.slot) &&
				bytesOf(in.shape) == bytesOf(o.out.shape) {
				kept = append(kept, o)
			}
		}
		s.over = kept
	}
}

func contains(list []int, x int) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}
