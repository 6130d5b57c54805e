package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// Some operations are computed together with the one before them, or read an operand in a shorter way.

// withProduct computes a sum or difference together with a product that nobody else reads.
func (c *compiler) withProduct(n *node, in *instruction) bool {
	if n.op != compute.OpTypeAdd && n.op != compute.OpTypeSub {
		return false
	}
	for i, x := range n.in {
		v, at := source(x, n.iteration())
		other, otherAt := source(n.in[1-i], n.iteration())
		if !c.private(v, at) || v.node.op != compute.OpTypeMul || otherAt.scalar() || other == v {
			continue
		}
		product := v.node
		if slices.ContainsFunc(product.in, func(y *value) bool { _, a := source(y, product.iteration()); return !a.full() && a.period() == 0 }) {
			continue // numbers for all or for rows have calls of their own
		}
		in.x, in.y = c.read(product.in[0], product.iteration()), c.read(product.in[1], product.iteration())
		in.z = c.read(n.in[1-i], n.iteration())
		switch {
		case n.op == compute.OpTypeAdd:
			in.element = fusedElement
		case i == 0:
			in.element = fusedLessElement
		default:
			in.element = fusedFromElement
		}
		c.names[product.op.String()]++
		return true
	}
	return false
}

// private reports whether a value is computed for one reader of the pass alone, position by position.
func (c *compiler) private(v *value, at access) bool {
	if v.constant != nil || !at.full() || v.plan.stored || !v.node.passed() || len(v.plan.uses) != 1 {
		return false
	}
	_, done := c.cells[v]
	return !done
}

// clampedSum computes a sum together with the limits behind it, such as bias and ReLU.
func (c *compiler) clampedSum(n *node, in *instruction) bool {
	limits := [2]int{-1, -1}
	last := n
	for i, op := range [...]compute.OpType{compute.OpTypeMin, compute.OpTypeMax} { // from the outside in
		if n.op != op {
			continue
		}
		for k, limit := range n.in {
			x, once := source(limit, n.iteration())
			v, at := source(n.in[1-k], n.iteration())
			if !once.scalar() || !x.is(dtypes.Float32) || !c.private(v, at) {
				continue
			}
			limits[1-i] = c.operand(x, once)
			n = v.node
			break
		}
	}
	if n == last || n.op != compute.OpTypeAdd {
		return false
	}
	for _, x := range n.in {
		if _, at := source(x, n.iteration()); !at.full() && at.period() == 0 {
			return false // numbers for all or for rows have calls of their own
		}
	}
	in.x, in.y = c.read(n.in[0], n.iteration()), c.read(n.in[1], n.iteration())
	in.clamped, in.limits = true, limits
	c.names[n.op.String()]++
	return true
}

// columnRun is the shortest run of positions for which an operand's number is worth a call of its own.
const columnRun = 32

// byColumn reads one side of a binary operation number by number, if it has one for each run of positions or for all of
// them, rather than to spread it in a register.
func (c *compiler) byColumn(n *node, in *instruction) bool {
	if in.element.byColumn == nil {
		return false
	}
	for i, x := range n.in {
		src, at := source(x, n.iteration())
		if len(at.runs) == 0 || !src.is(dtypes.Float32) || at.full() {
			continue
		}
		if last := at.runs[len(at.runs)-1]; last.keep || last.n < columnRun {
			continue
		}
		in.x = c.read(n.in[1-i], n.iteration())
		in.y, in.column, in.left = cell{memoryOperand, c.operand(src, at)}, true, i == 0
		return true
	}
	return false
}
