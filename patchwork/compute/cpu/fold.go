package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
)

// foldLimit is the largest constant that folding makes, in bytes: more would cost memory for as long as the graph lives.
const foldLimit = 1 << 20

// fold computes what depends on constants alone.
func (p *plan) fold() error {
	for _, n := range p.nodes {
		if !p.foldable(n) {
			continue
		}
		if n.alias(0) != nil && len(n.out) == 1 {
			n.out[0].constant = n.in[0].constant
			continue
		}
		one, err := p.backend.newSingle(n)
		if err != nil {
			continue // left to a step of its own, which says what is wrong
		}
		in, out := make([]*block, len(n.in)), make([]*block, len(n.out))
		for i, v := range n.in {
			in[i] = v.constant
		}
		for i, v := range n.out {
			out[i] = constantBlock(bytesOf(v.shape))
		}
		if err := one.run(in, out); err != nil {
			return fmt.Errorf("cpu: computing %s of constants: %w", n.describe(), err)
		}
		for i, v := range n.out {
			v.constant = out[i]
		}
	}
	return nil
}

// foldable reports whether a node has only constants as inputs and a result that is worth keeping. A large broadcast or
// iota is better made where it is read.
func (p *plan) foldable(n *node) bool {
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
