package cpu

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
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

	localResults []int // in a chain: for each result 1 + its place among the local values, 0 if it is in memory

	mu   sync.Mutex
	idle []*passRun
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
	limits := [2]float32{float32(math.Inf(-1)), float32(math.Inf(1))}
	last := n
	for i, op := range [...]compute.OpType{compute.OpTypeMin, compute.OpTypeMax} { // from the outside in
		if n.op != op {
			continue
		}
		for k, limit := range n.in {
			x, ok := uniform(limit)
			v, at := source(n.in[1-k], n.iteration())
			if !ok || !c.private(v, at) {
				continue
			}
			limits[1-i] = x
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
	in.element = &element{binary: func(dst, x, y []float32) { kernel.AddClamp(dst, x, y, &limits) }}
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

const (
	blockSize = 2048 // elements; a register then takes 8 kB
	pinLimit  = 1024 // longest row that is repeated in a register for a whole chunk
	maxChunks = 64
)

// allot turns the registers, of which each is written once, into as few as possible, and cuts the work.
func (c *compiler) allot() {
	last := make([]int, c.virtual)
	for i, in := range c.code {
		for _, x := range []cell{in.x, in.y, in.z} {
			if x.place == register {
				last[x.n] = i
			}
		}
	}
	real := make([]int, c.virtual)
	var free []int
	for i := range c.code {
		in := &c.code[i]
		for _, x := range []*cell{&in.x, &in.y, &in.z} {
			if x.place != register {
				continue
			}
			virtual := x.n
			x.n = real[virtual]
			if last[virtual] == i && !slices.Contains(free, x.n) {
				free = append(free, x.n)
			}
		}
		if in.dst.place != register {
			continue
		}
		virtual := in.dst.n
		if len(free) > 0 {
			in.dst.n, free = free[len(free)-1], free[:len(free)-1]
		} else {
			in.dst.n = c.scratch
			c.scratch++
		}
		real[virtual] = in.dst.n
	}
	c.cut()
}

// cut chooses blocks and chunks by the sizes alone, so that the number of cores cannot change a sum. Blocks hold whole
// rows of the operands that repeat and of the reductions where they can.
func (c *compiler) cut() {
	step := 1
	try := func(n int) {
		if m := step / gcd(step, n) * n; m <= blockSize {
			step = m
		}
	}
	for _, o := range c.operands {
		if o.pinned >= 0 && o.at.period() > 0 {
			try(o.at.period())
		}
	}
	for _, s := range c.sinks {
		if s.reduce != nil {
			try(s.reduce.width)
			try(s.reduce.group)
		}
	}
	try(16)
	c.block = blockSize / step * step
	chunks := min(max(c.size/(4*c.block), 1), maxChunks)
	if c.heads > 0 {
		chunks = min(chunks, max(1, c.size/c.heads))
	}
	blocks := (c.size + c.block - 1) / c.block
	c.chunk = (blocks + chunks - 1) / chunks * c.block
	for i := range c.operands {
		if o := &c.operands[i]; o.pinned >= 0 && o.at.period() > 0 && c.block%o.at.period() != 0 {
			c.unpin(i)
		}
	}
}

// unpin reads an operand block by block: its rows and the blocks do not fit together.
func (p *pass) unpin(i int) {
	pinned := cell{pinnedRegister, p.operands[i].pinned}
	p.operands[i].pinned = -1
	dst := cell{register, p.scratch}
	p.scratch++
	for k := range p.code {
		for _, x := range []*cell{&p.code[k].x, &p.code[k].y, &p.code[k].z} {
			if *x == pinned {
				*x = dst
			}
		}
	}
	p.code = slices.Insert(p.code, 0, instruction{dst: dst, load: i, sink: -1})
}

// overlays finds the results that may be written over an operand: whoever reads the operand has done so before.
func (c *compiler) overlays() []overlay {
	var list []overlay
	for i, o := range c.operands {
		if !o.direct || slices.ContainsFunc(c.operands[:i], o.sameStorage) || slices.ContainsFunc(c.operands[i+1:], o.sameStorage) {
			continue
		}
		at := cell{memoryOperand, i}
		lastRead := -1
		for k, in := range c.code {
			if in.x == at || in.y == at || in.z == at {
				lastRead = k
			}
		}
		for k, in := range c.code {
			if in.dst.place == memoryResult && k >= lastRead {
				list = append(list, overlay{out: c.results[in.dst.n], in: o.v})
			}
		}
	}
	return list
}

func (o operand) sameStorage(b operand) bool { return o.v.root() == b.v.root() }

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
