package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// fusion says how a node is computed inside of a pass.
type fusion struct {
	element *element // an operation on elements
	reduce  *reduction
	sink    bool // the result is converted while it is written: nobody can read it inside of the pass
}

// reduction adds up (or compares) groups of elements: of every group×width neighbouring elements, those with the same
// position modulo width become one.
type reduction struct {
	op    reduceOp
	group int // elements that become width results
	width int
}

type reduceOp uint8

const (
	reduceSum reduceOp = iota
	reduceMax
	reduceMin
	reduceProduct
)

var reduceOps = map[compute.OpType]reduceOp{
	compute.OpTypeReduceSum: reduceSum, compute.OpTypeReduceMax: reduceMax,
	compute.OpTypeReduceMin: reduceMin, compute.OpTypeReduceProduct: reduceProduct,
}

// fuses reports how n can take part in a pass; nil if it cannot.
func (p *plan) fuses(n *node) *fusion {
	if len(n.out) != 1 || n.constant() || n.out[0].size() == 0 {
		return nil
	}
	out := n.out[0]
	for _, v := range n.in {
		if v.size() == 0 {
			return nil
		}
	}
	if op, ok := reduceOps[n.op]; ok && out.is(dtypes.Float32) {
		return reduceFusion(n, op)
	}
	if n.op == compute.OpTypeConvertDType {
		return convertFusion(n)
	}
	e, ok := elements[n.op]
	if _, indicator := n.attr.(*opIndicator); indicator {
		e = indicatorElement
	}
	if !ok || len(n.in) != e.arity() {
		return nil
	}
	for i, v := range n.in {
		want := dtypes.Float32
		if e.logical || e.choose != nil && i == 0 {
			want = dtypes.Bool
		}
		if !v.is(want) {
			return nil
		}
		if _, ok := broadcastAccess(out.dims(), v.dims()); !ok {
			return nil
		}
	}
	if want := map[bool]dtypes.DType{true: dtypes.Bool, false: dtypes.Float32}[e.test || e.logical]; !out.is(want) {
		return nil
	}
	return &fusion{element: e}
}

// readable types can be converted to float32 while they are read, writable ones while they are written.
var (
	readable = map[dtypes.DType]bool{dtypes.Float32: true, dtypes.Bool: true, dtypes.Uint8: true, dtypes.Int8: true,
		dtypes.Int32: true, dtypes.Int64: true, dtypes.Uint32: true, dtypes.Uint64: true, dtypes.Float64: true}
	writable = map[dtypes.DType]bool{dtypes.Int32: true, dtypes.Int64: true, dtypes.Uint8: true, dtypes.Float64: true}
)

func convertFusion(n *node) *fusion {
	from, to := n.in[0].shape.DType, n.out[0].shape.DType
	switch {
	case to == dtypes.Float32 && readable[from]:
		return &fusion{element: copyElement}
	case to == dtypes.Bool && from == dtypes.Float32:
		return &fusion{element: nonzeroElement}
	case from == dtypes.Float32 && writable[to]:
		return &fusion{element: copyElement, sink: true}
	}
	return nil
}

// reduceAxes returns which axes are reduced. No axes means all.
func reduceAxes(n *node) []bool {
	axes := reducedAxes(n.attr)
	cut := make([]bool, n.in[0].shape.Rank())
	for _, a := range axes {
		cut[a] = true
	}
	if len(axes) == 0 {
		for i := range cut {
			cut[i] = true
		}
	}
	return cut
}

func reducedAxes(o operation) []int {
	switch a := o.(type) {
	case *opReduceSum:
		return a.axes
	case *opReduceMax:
		return a.axes
	case *opReduceMin:
		return a.axes
	case *opReduceProduct:
		return a.axes
	}
	return nil
}

func reduceFusion(n *node, op reduceOp) *fusion {
	in := n.in[0]
	if !in.is(dtypes.Float32) {
		return nil
	}
	cut := reduceAxes(n)
	keep := make([]bool, len(cut))
	for i := range cut {
		keep[i] = !cut[i]
	}
	a := newAccess(in.dims(), keep)
	size := in.size()
	r := &reduction{op: op}
	switch k := len(a.runs); {
	case a.full():
		r.group, r.width = 1, 1
	case a.scalar():
		r.group, r.width = size, 1
	case k == 2 && !a.runs[0].keep:
		r.group, r.width = size, a.runs[1].n
	case k == 2:
		r.group, r.width = a.runs[1].n, 1
	case k == 3 && a.runs[0].keep:
		r.group, r.width = a.runs[1].n*a.runs[2].n, a.runs[2].n
	default: // rewrite takes such a reduction apart
		return nil
	}
	return &fusion{reduce: r}
}

// passed reports whether the result of a node can be read inside of the pass that computes it.
func (n *node) passed() bool {
	f := n.plan.fuse
	return f != nil && f.reduce == nil && !f.sink
}

// iteration is the shape over which a fused node goes.
func (n *node) iteration() []int {
	if n.plan.fuse.reduce != nil {
		return n.in[0].dims()
	}
	return n.out[0].dims()
}

// source follows input v of an operation over dims through reshapes and broadcasts to the value to read.
func source(v *value, dims []int) (*value, access) {
	a, _ := broadcastAccess(dims, v.dims())
	for v.constant == nil {
		n := v.node
		if in := n.alias(v.index); in != nil && in.shape.DType == v.shape.DType {
			v = in
			continue
		}
		if n.op != compute.OpTypeBroadcastInDim || !a.full() {
			break
		}
		v, a = n.in[0], broadcastInDimAccess(n)
	}
	return v, a
}

// broadcastInDimAccess is how the result of a BroadcastInDim reads its operand.
func broadcastInDimAccess(n *node) access {
	to, in := n.out[0].dims(), n.in[0].dims()
	keep := make([]bool, len(to))
	for i, axis := range n.attr.(*opBroadcastInDim).broadcastAxes {
		keep[axis] = in[i] == to[axis]
	}
	return newAccess(to, keep)
}

// fuse decides which nodes are computed in passes and which values are written to memory.
func (p *plan) fuse() {
	for _, n := range p.nodes {
		n.plan.fuse = p.fuses(n)
	}
	p.demand()
	p.stages()
	p.store()
}

// virtual nodes cost nothing: their results are other values read in another way.
func (n *node) virtual(i int) bool { return n.alias(i) != nil || n.op == compute.OpTypeBroadcastInDim }

// demand finds the values that must be in memory: outputs, inputs of nodes with kernels of their own, and what is read
// inside of passes at other positions than its own.
func (p *plan) demand() {
	need := func(v *value) { v.root().plan.needed = true }
	for _, v := range p.main.outs {
		need(v)
		v.root().plan.output = true
	}
	for i := len(p.nodes) - 1; i >= 0; i-- {
		n := p.nodes[i]
		switch {
		case n.constant() || len(n.out) > 0 && n.alias(0) != nil:
		case n.op == compute.OpTypeBroadcastInDim && !n.out[0].plan.needed:
		case n.plan.fuse != nil:
			for _, v := range n.in {
				src, at := source(v, n.iteration())
				src.plan.uses = append(src.plan.uses, use{n, at})
				if !at.full() || !src.node.passed() {
					need(src)
				}
			}
		default:
			for _, v := range n.in {
				need(v)
			}
		}
	}
}

// stages counts the passes and steps that lie before each node. Nodes that read one another inside of a pass have the
// same stage.
func (p *plan) stages() {
	for _, n := range p.nodes {
		stage := 0
		for _, v := range n.in {
			if v.constant != nil {
				continue
			}
			src, behind := v, 1
			switch {
			case n.plan.fuse != nil:
				var at access
				src, at = source(v, n.iteration())
				if at.full() && src.node.passed() {
					behind = 0
				}
			case n.virtual(0) && !(n.op == compute.OpTypeBroadcastInDim && n.out[0].plan.needed):
				behind = 0
			}
			if src.constant != nil {
				continue
			}
			if src.node.op == compute.OpTypeParameter {
				behind = 0
			}
			stage = max(stage, src.node.plan.stage+behind)
		}
		n.plan.stage = stage
	}
}

const (
	recomputeCost   = 10   // cheap operations that are rather done twice than stored
	recomputeLeaves = 2    // values of full size that they may read
	recomputeSize   = 4096 // elements from which it is worth it
)

// store decides which results of passes are written to memory. A cheap one that a later pass needs is computed again
// there: reading it back would take longer than the arithmetic.
func (p *plan) store() {
	for _, n := range p.nodes {
		f := n.plan.fuse
		if f == nil {
			continue
		}
		v := n.out[0]
		v.plan.stored = v.plan.needed || f.reduce != nil || f.sink
		if v.plan.stored {
			continue
		}
		for _, u := range v.plan.uses {
			if u.by.plan.stage != n.plan.stage {
				leaves := map[*value]bool{}
				cost := p.cost(v, leaves)
				v.plan.stored = cost > recomputeCost || len(leaves) > recomputeLeaves || v.size() < recomputeSize
				break
			}
		}
	}
}

// cost counts the operations that computing v takes, from values in memory, and collects those of full size.
func (p *plan) cost(v *value, leaves map[*value]bool) int {
	if v.constant != nil || !v.node.passed() || v.plan.stored {
		leaves[v] = true
		return 0
	}
	if v.node.plan.fuse.element.dear {
		return recomputeCost + 1
	}
	total := 1
	for _, in := range v.node.in {
		if src, at := source(in, v.dims()); at.full() {
			if total += p.cost(src, leaves); total > recomputeCost {
				break
			}
		}
	}
	return total
}
