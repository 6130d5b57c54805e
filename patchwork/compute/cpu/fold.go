package cpu

import "github.com/gomlx/compute"

// foldLimit is the largest constant that folding makes, in bytes: more would cost memory for as long as the graph lives.
const foldLimit = 1 << 20

// fold computes what depends on constants alone. What fails to compute stays as it is: its step will say why.
func (p *plan) fold() {
	for _, n := range p.nodes {
		if !p.foldable(n) {
			continue
		}
		if n.alias(0) != nil && len(n.out) == 1 {
			n.out[0].constant = n.in[0].constant
			continue
		}
		out := make([]*block, len(n.out))
		for i, v := range n.out {
			out[i] = constantBlock(bytesOf(v.shape))
		}
		if err := p.evaluate(n, out); err != nil {
			for _, v := range n.out {
				v.constant = nil
			}
			continue
		}
		for i, v := range n.out {
			v.constant = out[i]
		}
	}
}

// evaluate computes a node of constants.
func (p *plan) evaluate(n *node, out []*block) (err error) {
	defer catch(&err, n.op.String())
	s := &step{in: n.in, out: n.out}
	if native, _ := p.native(n, s); native {
		for i, v := range n.out {
			v.constant = out[i] // where the step finds its results
		}
		if s.do == nil {
			return nil
		}
		return s.do(&run{backend: p.backend})
	}
	one, err := p.backend.newSingle(n)
	if err != nil {
		return err
	}
	in := make([]*block, len(n.in))
	for i, v := range n.in {
		in[i] = v.constant
	}
	return one.run(in, out)
}

// foldable reports whether a node has only constants as inputs and a result that is worth keeping. A large broadcast or
// iota is better made where it is read, and a loop may take any time.
func (p *plan) foldable(n *node) bool {
	if _, ok := n.attr.(*opControl); ok {
		return false
	}
	if n.attr == nil || n.constant() || n.op == compute.OpTypeConvGeneral || n.op == compute.OpTypeRNGBitGenerator {
		return false
	}
	given, made := 0, 0
	for _, v := range n.in {
		if v.constant == nil {
			return false
		}
		given += bytesOf(v.shape)
	}
	for _, v := range n.out {
		made += bytesOf(v.shape)
	}
	return made <= max(given, 256) && made <= foldLimit
}
