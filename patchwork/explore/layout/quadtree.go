package layout

import (
	"math"
	"slices"
)

// quadtree is squares within squares, each with the middle of the points that lie in it.
type quadtree struct {
	nodes []square
	order []int32 // points, those of a square together
	keys  []uint32
	at    []Point // in that order
}

// square is a node. Nodes stand in the order parent, first child and all below it, second child ...; so whoever need not
// look into a square goes on at next.
type square struct {
	x, y     float32 // mean of its points
	n        float32 // how many
	side2    float32 // squared side
	next     int32
	from, to int32 // its points in order; of a leaf
	leaf     bool
}

const (
	leafPoints = 8
	levels     = 16 // halvings of a side: 65,536 places along it
)

// build sorts points, all placed, into squares. A tree may be built again and keeps its memory.
func (t *quadtree) build(points []Point) {
	low, high, _ := span(points)
	side := max(high.X-low.X, high.Y-low.Y)
	if side <= 0 {
		side = 1
	}
	scale := float64(1<<levels) / (float64(side) * (1 + 1e-6))
	n := len(points)
	t.nodes = t.nodes[:0]
	if cap(t.order) < n {
		t.order, t.keys, t.at = make([]int32, n), make([]uint32, n), make([]Point, n)
	}
	t.order, t.keys, t.at = t.order[:n], t.keys[:n], t.at[:n]
	pairs := make([]uint64, n) // key and point: sorting numbers is faster than sorting by a function
	for i, p := range points {
		x, y := uint32(float64(p.X-low.X)*scale), uint32(float64(p.Y-low.Y)*scale)
		pairs[i] = uint64(spread(x)|spread(y)<<1)<<32 | uint64(i)
	}
	slices.Sort(pairs)
	for a, p := range pairs {
		i := int32(uint32(p))
		t.keys[a], t.order[a], t.at[a] = uint32(p>>32), i, points[i]
	}
	t.add(0, int32(n), 0, side)
}

// spread puts a zero before each of the low 16 bits of v.
func spread(v uint32) uint32 {
	v &= 0xffff
	v = (v | v<<8) & 0x00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f
	v = (v | v<<2) & 0x33333333
	return (v | v<<1) & 0x55555555
}

// add makes the node of the points from from to to, which share the first 2·level bits of their keys, and those below it.
func (t *quadtree) add(from, to int32, level int, side float32) {
	at := len(t.nodes)
	t.nodes = append(t.nodes, square{})
	var x, y float64
	for _, p := range t.at[from:to] {
		x, y = x+float64(p.X), y+float64(p.Y)
	}
	n := float64(to - from)
	node := square{x: float32(x / n), y: float32(y / n), n: float32(n), side2: side * side, from: from, to: to}
	if to-from <= leafPoints || level == levels {
		node.leaf = true
	} else {
		shift := 2 * (levels - 1 - level)
		for from < to {
			quarter := t.keys[from] >> shift
			end, _ := slices.BinarySearchFunc(t.keys[from:to], quarter, func(k, q uint32) int {
				if k>>shift <= q {
					return -1
				}
				return 1
			})
			t.add(from, from+int32(end), level+1, side/2)
			from += int32(end)
		}
	}
	node.next = int32(len(t.nodes))
	t.nodes[at] = node
}

// repulsion is what all other points do to p, before the division by z: Σ (p - q)/(1 + d²)², and p's part of z,
// Σ 1/(1 + d²). A square is taken as one point where its side is below theta times its distance. p itself adds nothing to
// the first and is taken out of the second.
func (t *quadtree) repulsion(p Point, theta2 float32) (x, y, z float64) {
	var fx, fy, fz float64
	for at := int32(0); at < int32(len(t.nodes)); {
		node := &t.nodes[at]
		dx, dy := p.X-node.x, p.Y-node.y
		d2 := dx*dx + dy*dy
		switch {
		case node.side2 < theta2*d2:
			q := 1 / (1 + d2)
			w := node.n * q
			fz += float64(w)
			w *= q
			fx, fy = fx+float64(w*dx), fy+float64(w*dy)
			at = node.next
		case node.leaf:
			for _, o := range t.at[node.from:node.to] {
				dx, dy := p.X-o.X, p.Y-o.Y
				q := 1 / (1 + dx*dx + dy*dy)
				fz += float64(q)
				q *= q
				fx, fy = fx+float64(q*dx), fy+float64(q*dy)
			}
			at = node.next
		default:
			at++
		}
	}
	return fx, fy, math.Max(0, fz-1)
}
