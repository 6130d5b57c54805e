package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// nodePlan is what the plan knows of a node.
type nodePlan struct {
	live   bool    // an output needs it
	fuse   *fusion // how it is computed element by element; nil if it is not
	stage  int     // how many passes lie before it
	anchor *node   // the set of fused nodes that it belongs to
}

// valuePlan is what the plan knows of a value.
type valuePlan struct {
	uses   []use // by element-wise nodes and reductions
	needed bool  // somebody wants it in memory
	stored bool  // it is written to memory by a pass
	output bool
	slot   int // place of its storage in a run, -1 if it has none; meaningful for roots
}

// use is one reading of a value by an element-wise node.
type use struct {
	by *node
	at access
}

// step is one thing that a run does.
type step struct {
	kind, name string
	in, out    []*value // storage read and written; inputs without storage (constants) included
	over       []overlay
	do         stepFunc
	pass       *pass // the pass that do runs, if it is one
	tail       *tail // of a convolution or product: the pass that may follow every piece of its result

	portion func() *portion // how it goes picture by picture; nil, or returns nil, if it does not
	inner   []*value        // of portions: what lies between the steps, with slots but without storage

	dies []int // slots that nobody reads afterwards
}

// stepFunc does the work of a step for one run.
type stepFunc func(r *run) error

// overlay says that a result may be written over an input that nobody reads afterwards.
type overlay struct{ out, in *value }

// plan turns the nodes of a function into steps.
type plan struct {
	backend *Backend
	main    *function
	nodes   []*node // live, inputs first
	steps   []*step
	slots   []*value // roots by slot
}

func newPlan(b *builder) (*plan, error) {
	p := &plan{backend: b.backend, main: b.main}
	p.collect()
	p.fold()
	p.rewrite()
	p.collect() // rewriting and folding leave nodes that nobody needs
	p.layouts()
	p.collect()
	p.fuse()
	if err := p.schedule(); err != nil {
		return nil, err
	}
	p.lifetimes()
	return p, nil
}

// collect finds the nodes that outputs need. The order of building has inputs first.
func (p *plan) collect() {
	all := p.nodes
	if all == nil {
		all = p.main.nodes
	}
	for _, n := range all {
		n.plan.live = false
	}
	for _, v := range p.main.outs {
		v.node.plan.live = true
	}
	for _, v := range p.main.params {
		v.node.plan.live = true
	}
	live := 0
	for i := len(all) - 1; i >= 0; i-- {
		n := all[i]
		if !n.plan.live {
			continue
		}
		live++
		if n.constant() {
			continue
		}
		for _, v := range n.in {
			v.node.plan.live = true
		}
	}
	p.nodes = make([]*node, 0, live)
	for _, n := range all {
		if n.plan.live {
			p.nodes = append(p.nodes, n)
		}
	}
}

// constant reports whether all results of a node are known.
func (n *node) constant() bool {
	for _, v := range n.out {
		if v.constant == nil {
			return false
		}
	}
	return len(n.out) > 0
}

// alias returns the input whose storage result i of the node shares, nil if it has its own. A bitcast shares it too:
// the number of bytes is the same.
func (n *node) alias(i int) *value {
	switch n.op {
	case compute.OpTypeReshape, compute.OpTypeIdentity, compute.OpTypeSchedulingBarrier:
		return n.in[0]
	case compute.OpTypeOptimizationBarrier:
		return n.in[i]
	case compute.OpTypeBitcast:
		if bytesOf(n.in[0].shape) == bytesOf(n.out[0].shape) {
			return n.in[0]
		}
	}
	return nil
}

// root is the value that owns the storage of v.
func (v *value) root() *value {
	for v.constant == nil {
		in := v.node.alias(v.index)
		if in == nil {
			break
		}
		v = in
	}
	return v
}

func (v *value) is(t dtypes.DType) bool { return v.shape.DType == t }

// add appends a step for a node that is computed on its own.
func (p *plan) add(n *node) error {
	s := &step{out: n.out}
	for _, v := range n.in {
		s.in = append(s.in, v)
	}
	native, reason := p.native(n, s)
	if !native {
		if err := p.delegate(n, s, reason); err != nil {
			return err
		}
	}
	p.steps = append(p.steps, s)
	return nil
}

// delegate makes the step of a node that has no kernel here.
func (p *plan) delegate(n *node, s *step, reason string) error {
	one, err := p.backend.newSingle(n)
	if err != nil {
		return fmt.Errorf("cpu: %s has no kernel here and cannot be given to the inner backend: %w", n.describe(), err)
	}
	s.kind = "inner:" + n.op.String()
	s.name = "inner:" + n.describe()
	s.in, s.out, s.over = n.in, n.out, nil
	in, out := make([]*block, len(n.in)), make([]*block, len(n.out))
	s.do = func(r *run) error {
		in, out := in[:0:0], out[:0:0]
		for _, v := range n.in {
			in = append(in, r.block(v))
		}
		for _, v := range n.out {
			out = append(out, r.block(v))
		}
		return one.run(in, out)
	}
	if work := n.work(); work >= hotWork {
		p.backend.report.once(fmt.Sprintf("cpu: slow path: %s runs on the inner backend (%s)", n.describe(), reason))
	}
	return nil
}

// hotWork is the number of elementary operations from which a delegated step is reported: about 10 ms there.
const hotWork = 1 << 22

// work estimates the elementary operations of a node.
func (n *node) work() int {
	largest := 0
	for _, v := range append(append([]*value{}, n.in...), n.out...) {
		largest = max(largest, v.size())
	}
	switch n.op {
	case compute.OpTypeConvGeneral:
		if a, ok := n.attr.(*opConvGeneral); ok {
			size := n.out[0].size()
			channels := n.out[0].dims()[a.axes.OutputChannels]
			return size * (n.in[1].size() / max(channels, 1))
		}
	case compute.OpTypeDotGeneral:
		a := n.attr.(*opDotGeneral)
		k := 1
		for _, axis := range a.lhsContractingAxes {
			k *= n.in[0].dims()[axis]
		}
		return n.out[0].size() * k
	case compute.OpTypeReduceWindow:
		k := 1
		for _, w := range n.attr.(*opReduceWindow).windowDimensions {
			k *= w
		}
		return n.out[0].size() * k
	}
	return largest
}

// describe names a node with its shapes.
func (n *node) describe() string {
	text := n.op.String() + "("
	for i, v := range n.in {
		if i > 0 {
			text += ", "
		}
		text += v.shape.String()
	}
	text += ")"
	for _, v := range n.out {
		text += " " + v.shape.String()
	}
	if c, ok := n.attr.(*opConvGeneral); ok {
		text += fmt.Sprintf(" %+v", *c)
	}
	return text
}
