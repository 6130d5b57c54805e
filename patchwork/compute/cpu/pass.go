package cpu

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/gomlx/compute/dtypes"
)

// pass computes one or more results of the same number of elements in one go: block by block, each block through all
// instructions while it is in the cache.
type pass struct {
	backend *Backend
	size    int // elements
	block   int // elements per block
	chunk   int // elements per chunk, a multiple of block

	operands []operand     // what it reads from memory
	results  []*value      // what it writes as it is, block by block
	sinks    []sink        // what it reduces or converts
	code     []instruction // per block
	scratch  int           // registers of one block that are written while running
	pinned   int           // registers behind them that hold for a whole chunk
	heads    int           // elements of partial sums per chunk
	title    string        // the operations

	ahead     int    // the instruction that has time to bring the next block of next and out to the caches; -1 for none
	next, out *value // read and written by the pass
	announces bool   // in a chain: its machine code brings these to the caches

	localResults []int // in a chain: for each result 1 + its place among the local values, 0 if it is in memory

	mu    sync.Mutex
	idle  []*passRun
	tried bool
	made  *passCode // the same in machine code; nil if there is none
}

// operand is a value in memory and how the pass reads it.
type operand struct {
	v      *value
	at     access
	pinned int // register that holds it for a whole chunk; -1 if there is none
	direct bool
	local  int // in a chain: 1 + its place among the local values, 0 if it is in memory
}

// sink is a result that is not written block by block as it is computed.
type sink struct {
	v      *value
	reduce *reduction // nil: converted
	head   int        // where its partial sums begin among those of a chunk
	local  int        // like operand.local
}

// instruction is one call on a block. Cells number the registers first, then the operands, then the results.
type instruction struct {
	element *element
	dst     cell
	x, y, z cell
	load    int // operand to spread into dst, -1 for none
	sink    int // sink to feed x to, -1 for none

	column bool // y is an operand that has one number for each run of positions, or for all; left: it stands on the left of x
	left   bool

	clamped bool // x + y, at least and at most these operands of one number; -1 for none
	limits  [2]int
}

// cell names a place where a block of values lies while the pass is compiled.
type cell struct {
	place place
	n     int
}

type place uint8

const (
	nowhere place = iota
	register
	pinnedRegister
	memoryOperand
	memoryResult
)

// compiler builds the code of a pass.
type compiler struct {
	*pass
	plan    *plan
	cells   map[*value]cell // computed values
	loaded  map[int]cell    // operands that are spread in the block
	virtual int
	names   map[string]int
}

// newPass makes the step that computes members, which are in the order of the graph.
func (p *plan) newPass(members []*node) (*step, error) {
	c := &compiler{pass: &pass{backend: p.backend, size: product(members[0].iteration())}, plan: p,
		cells: map[*value]cell{}, loaded: map[int]cell{}, names: map[string]int{}}
	s := &step{kind: "pass"}
	for _, n := range members {
		if got := product(n.iteration()); got != c.size {
			return nil, fmt.Errorf("cpu: a pass over %d elements cannot compute %s", c.size, n.describe())
		}
		c.member(n)
		s.out = append(s.out, n.out[0])
	}
	c.allot()
	c.lookAhead()
	for _, o := range c.operands {
		s.in = append(s.in, o.v)
	}
	s.over = c.overlays()
	c.pass.title = c.words()
	s.name = fmt.Sprintf("pass %d: %s", c.size, c.pass.title)
	s.do, s.pass = c.pass.do, c.pass
	return s, nil
}

func (c *compiler) words() string {
	var words []string
	for name, n := range c.names {
		if n > 1 {
			name = fmt.Sprintf("%d %s", n, name)
		}
		words = append(words, name)
	}
	sort.Strings(words)
	return strings.Join(words, ", ")
}

// member emits what a stored result needs.
func (c *compiler) member(n *node) {
	f, v := n.plan.fuse, n.out[0]
	switch {
	case f.reduce != nil:
		x := c.read(n.in[0], n.iteration())
		c.names[n.op.String()]++
		s := sink{v: v, reduce: f.reduce, head: c.heads}
		c.heads += f.reduce.width
		c.sinks = append(c.sinks, s)
		c.emit(instruction{x: x, load: -1, sink: len(c.sinks) - 1})
	case f.sink:
		x := c.read(n.in[0], n.iteration())
		c.names[n.op.String()]++
		c.sinks = append(c.sinks, sink{v: v})
		c.emit(instruction{x: x, load: -1, sink: len(c.sinks) - 1})
	case v.is(dtypes.Bool):
		x := c.compute(n)
		c.sinks = append(c.sinks, sink{v: v})
		c.emit(instruction{x: x, load: -1, sink: len(c.sinks) - 1})
	default:
		c.compute(n)
	}
}

func (c *compiler) emit(in instruction) { c.code = append(c.code, in) }

// compute emits a node and returns where its result lies. A stored float32 result is written where it belongs at once.
func (c *compiler) compute(n *node) cell {
	v := n.out[0]
	if at, ok := c.cells[v]; ok {
		return at
	}
	in := instruction{element: n.plan.fuse.element, load: -1, sink: -1}
	if !c.withProduct(n, &in) && !c.clampedSum(n, &in) && !c.byColumn(n, &in) {
		for i, x := range n.in {
			*[]*cell{&in.x, &in.y, &in.z}[i] = c.read(x, n.iteration())
		}
	}
	if v.plan.stored && v.is(dtypes.Float32) {
		c.results = append(c.results, v)
		in.dst = cell{memoryResult, len(c.results) - 1}
	} else {
		in.dst = c.register()
	}
	c.names[n.op.String()]++
	c.emit(in)
	c.cells[v] = in.dst
	return in.dst
}

func (c *compiler) register() cell {
	c.virtual++
	return cell{register, c.virtual - 1}
}

// read returns where an input lies in the block, and emits what brings it there.
func (c *compiler) read(v *value, dims []int) cell {
	src, at := source(v, dims)
	if src.constant == nil && at.full() && src.node.passed() {
		if _, here := c.cells[src]; here || !src.plan.stored {
			return c.compute(src.node)
		}
	}
	i := c.operand(src, at)
	if o := &c.operands[i]; !o.direct && o.pinned < 0 && (at.scalar() || at.period() > 0 && at.period() <= pinLimit && src.is(dtypes.Float32)) {
		o.pinned = c.pinned
		c.pinned++
	}
	switch o := c.operands[i]; {
	case o.direct:
		return cell{memoryOperand, i}
	case o.pinned >= 0:
		return cell{pinnedRegister, o.pinned}
	}
	if at, ok := c.loaded[i]; ok {
		return at
	}
	dst := c.register()
	c.emit(instruction{dst: dst, load: i, sink: -1})
	c.loaded[i] = dst
	return dst
}

// operand returns the number of a value among those that are read from memory.
func (c *compiler) operand(src *value, at access) int {
	i := slices.IndexFunc(c.operands, func(o operand) bool { return o.v == src && o.at.equal(at) })
	if i < 0 {
		i = len(c.operands)
		c.operands = append(c.operands, operand{v: src, at: at, pinned: -1, direct: at.full() && src.is(dtypes.Float32)})
	}
	return i
}
