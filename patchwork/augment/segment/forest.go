package segment

// forest holds the segments as trees of pixels. The root of a tree is its first pixel in reading order and carries the
// size and the inner cost of the segment.
type forest struct {
	parent []int32
	size   []int32
	inner  []float64
}

func newForest(n int) *forest {
	f := &forest{parent: make([]int32, n), size: make([]int32, n), inner: make([]float64, n)}
	for i := range f.parent {
		f.parent[i], f.size[i] = int32(i), 1
	}
	return f
}

// root finds the root of the tree of i and halves the way for the next.
func (f *forest) root(i int32) int32 {
	p := f.parent
	for p[i] != i {
		p[i] = p[p[i]]
		i = p[i]
	}
	return i
}

// join makes one tree of those of the roots a and b and returns its root.
func (f *forest) join(a, b int32) int32 {
	if b < a {
		a, b = b, a
	}
	f.parent[b] = a
	f.size[a] += f.size[b]
	return a
}

// grow joins along edges, which are sorted by cost.
func (f *forest) grow(edges []edge, w int, scale float64) {
	for _, e := range edges {
		a, b := e.ends(w)
		if a, b = f.root(a), f.root(b); a != b && e.cost < min(f.bound(a, scale), f.bound(b, scale)) {
			f.inner[f.join(a, b)] = e.cost
		}
	}
}

// bound is the cost below which an edge may join the segment of a root. It has the 24 bits of the reference.
func (f *forest) bound(a int32, scale float64) float64 {
	return float64(float32(f.inner[a] + scale/float64(f.size[a])))
}

// absorb joins segments of fewer than least pixels to the neighbour that is most like them.
func (f *forest) absorb(edges []edge, w, least int) {
	for _, e := range edges {
		a, b := e.ends(w)
		if a, b = f.root(a), f.root(b); a != b && (int(f.size[a]) < least || int(f.size[b]) < least) {
			f.join(a, b)
		}
	}
}

// labels numbers the segments by their roots.
func (f *forest) labels() (labels []int32, n int) {
	labels = make([]int32, len(f.parent))
	for i := range labels {
		if root := f.root(int32(i)); root == int32(i) {
			labels[i] = int32(n)
			n++
		} else {
			labels[i] = labels[root]
		}
	}
	return labels, n
}
