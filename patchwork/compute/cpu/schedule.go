package cpu

import (
	"container/heap"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
)

// groupSize limits how many stored results one pass has, and so how much it keeps in the cache.
const groupSize = 24

// schedule joins fused nodes to passes, makes a step of each and of every other node, and puts them in an order.
func (p *plan) schedule() error {
	p.group()
	members := map[*node][]*node{}
	var order []*node // first members of passes and nodes on their own
	for _, n := range p.nodes {
		switch {
		case n.constant() || n.op == compute.OpTypeParameter || len(n.out) == 0 || n.alias(0) != nil:
		case n.op == compute.OpTypeBroadcastInDim && !n.out[0].plan.needed:
		case n.plan.fuse == nil:
			order = append(order, n)
		case n.out[0].plan.stored:
			a := n.leader()
			if members[a] == nil {
				order = append(order, n)
			}
			members[a] = append(members[a], n)
		}
	}
	for _, n := range order {
		if n.plan.fuse == nil {
			if err := p.add(n); err != nil {
				return err
			}
			continue
		}
		s, err := p.newPass(members[n.leader()])
		if err != nil {
			return err
		}
		p.steps = append(p.steps, s)
	}
	p.prune()
	if err := p.sort(); err != nil {
		return err
	}
	p.follow()
	p.chain()
	p.portions()
	return nil
}

// prune drops steps whose results no other step reads: a kernel may take what an operand was made from.
func (p *plan) prune() {
	read := map[*value]int{}
	for _, v := range p.main.outs {
		read[v.root()]++
	}
	for _, s := range p.steps {
		for _, v := range s.in {
			read[v.root()]++
		}
	}
	for i := len(p.steps) - 1; i >= 0; i-- {
		s := p.steps[i]
		if slices.ContainsFunc(s.out, func(v *value) bool { return read[v] > 0 }) {
			continue
		}
		for _, v := range s.in {
			read[v.root()]--
		}
		p.steps = slices.Delete(p.steps, i, i+1)
	}
}

// makers says which step makes each value.
func (p *plan) makers() map[*value]int {
	maker := map[*value]int{}
	for i, s := range p.steps {
		for _, v := range s.out {
			maker[v] = i
		}
	}
	return maker
}

// drop removes the steps that are part of others now.
func (p *plan) drop(gone []bool) {
	kept := p.steps[:0]
	for i, s := range p.steps {
		if !gone[i] {
			kept = append(kept, s)
		}
	}
	p.steps = kept
}

// leader is the node that stands for all of its pass.
func (n *node) leader() *node {
	for n.plan.anchor != n {
		n.plan.anchor = n.plan.anchor.plan.anchor
		n = n.plan.anchor
	}
	return n
}

// group joins the stored results that one pass computes: those that read one another, and those of the same stage and
// size that read the same large value.
func (p *plan) group() {
	type reading struct {
		stage, size int
		v           *value
	}
	readers := map[reading]*node{}
	sizes := map[*node]int{}
	for _, n := range p.nodes {
		if n.plan.fuse != nil && n.out[0].plan.stored {
			n.plan.anchor = n
			sizes[n] = 1
		}
	}
	join := func(a, b *node) {
		if a, b = a.leader(), b.leader(); a != b {
			a.plan.anchor = b
			sizes[b] += sizes[a]
		}
	}
	for _, n := range p.nodes {
		if n.plan.anchor == nil {
			continue
		}
		size := product(n.iteration())
		p.walk(n, map[*value]bool{}, func(v *value) {
			if v.constant == nil && v.node.passed() && v.node.plan.stage == n.plan.stage {
				join(n, v.node) // it reads a value that is computed in the same pass
				return
			}
			k := reading{n.plan.stage, size, v}
			other := readers[k]
			if other == nil {
				readers[k] = n
			} else if size >= 1024 && sizes[n.leader()]+sizes[other.leader()] <= groupSize {
				join(n, other)
			}
		})
	}
}

// walk visits the values of full size that a pass has to have in memory, or to compute itself and store, to compute n.
func (p *plan) walk(n *node, seen map[*value]bool, visit func(v *value)) {
	for _, in := range n.in {
		v, at := source(in, n.iteration())
		if !at.full() || seen[v] {
			continue
		}
		seen[v] = true
		if v.constant == nil && v.node.passed() && !v.plan.stored {
			p.walk(v.node, seen, visit)
			continue
		}
		visit(v)
	}
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// sort orders the steps so that every one follows those it reads from, and otherwise as the graph was built: what is
// built together is read together.
func (p *plan) sort() error {
	maker := p.makers()
	waits := make([]int, len(p.steps))
	next := make([][]int, len(p.steps))
	q := &queue{}
	for i, s := range p.steps {
		before := map[int]bool{}
		for _, v := range s.in {
			v = v.root()
			if m, ok := maker[v]; ok && v.constant == nil && m != i && !before[m] {
				before[m] = true
				next[m] = append(next[m], i)
				waits[i]++
			}
		}
	}
	rank := func(i int) int {
		last := 0
		for _, v := range p.steps[i].out {
			last = max(last, v.node.id)
		}
		return last
	}
	for i := range p.steps {
		if waits[i] == 0 {
			heap.Push(q, ranked{rank(i), i})
		}
	}
	var sorted []*step
	for q.Len() > 0 {
		i := heap.Pop(q).(ranked).step
		sorted = append(sorted, p.steps[i])
		for _, j := range next[i] {
			if waits[j]--; waits[j] == 0 {
				heap.Push(q, ranked{rank(j), j})
			}
		}
	}
	if len(sorted) != len(p.steps) {
		return fmt.Errorf("cpu: the passes of the plan wait for one another: %d of %d can run", len(sorted), len(p.steps))
	}
	p.steps = sorted
	return nil
}

type ranked struct{ rank, step int }

// queue has the step with the lowest rank first.
type queue []ranked

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].rank < q[j].rank || q[i].rank == q[j].rank && q[i].step < q[j].step
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(ranked)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}
