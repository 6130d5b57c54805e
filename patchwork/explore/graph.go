package explore

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// Graph is the nearest neighbours of N rows: those of row i are Index[i*K:(i+1)*K] with their cosines beside them, the most
// alike first, never i itself. Where there are fewer than K, and for a row that took no part, the rest of Index is -1 and of
// Cosine -1.
type Graph struct {
	N, K   int
	Index  []int32   // [N, K]
	Cosine []float32 // [N, K]
}

// Of is the neighbours of a row and their cosines, as many as there are.
func (g *Graph) Of(row int) (index []int32, cosine []float32) {
	index, cosine = g.Index[row*g.K:(row+1)*g.K], g.Cosine[row*g.K:(row+1)*g.K]
	for a, j := range index {
		if j < 0 {
			return index[:a], cosine[:a]
		}
	}
	return index, cosine
}

// GraphOptions says what graph to make.
type GraphOptions struct {
	K     int   // neighbours of each row; 0 means 10
	Among []int // rows that take part, as neighbours and with neighbours; nil means all that have features

	// Progress, if not nil, is told how many of the comparisons of blocks are done, now and then and at the end. It is
	// never called by two goroutines at a time.
	Progress func(done, total int)
}

// graphBlock is the number of rows that wait for the others to be read once: 1,024 vectors of 384 numbers stay in the third
// cache.
const graphBlock = 8 * dots.Rows

// Graph finds the K nearest neighbours of each row by cosine. It is exact: every row is compared with every other, each pair
// once, and the cosine counts for both. Of equal cosines the lower row comes first; no number of cores changes a result.
//
// No copy of the features is made. Each core holds 1,152 vectors, so that the whole need not fit in memory: the vectors are
// read once for 1,024 rows, half of them on average. Time grows with the square of the rows; docs/explore.md has figures.
//
// Errors: K below 0; more rows than 2³¹-1; ctx is done.
func (v *Vectors) Graph(ctx context.Context, o GraphOptions) (*Graph, error) {
	if o.K == 0 {
		o.K = 10
	}
	n := len(v.scale)
	if o.K < 0 || n > math.MaxInt32 {
		return nil, fmt.Errorf("explore: a graph of %d rows with %d neighbours each; want 1 neighbour or more, and fewer than 2³¹ rows", n, o.K)
	}
	if o.Among == nil {
		o.Among = make([]int, n)
		for i := range o.Among {
			o.Among[i] = i
		}
	}
	s := &graphSearch{v: v, rows: v.usable(o.Among), k: o.K, progress: o.Progress,
		g: &Graph{N: n, K: o.K, Index: make([]int32, n*o.K), Cosine: make([]float32, n*o.K)}}
	for i := range s.g.Index {
		s.g.Index[i], s.g.Cosine[i] = -1, -1
	}
	if len(s.rows) == 0 || v.dim == 0 {
		return s.g, ctx.Err()
	}
	return s.g, s.run(ctx)
}

// graphSearch is a search under way. What the rows of a block have found is guarded by the block's lock.
type graphSearch struct {
	v     *Vectors
	rows  []int // those that take part, ascending
	k     int
	g     *Graph
	least []float32 // by place in rows: the cosine that a further neighbour must reach; -2 while there are fewer than k
	locks []sync.Mutex

	progress    func(done, total int)
	mu          sync.Mutex // guards done, and calls of progress
	done, total int
}

func (s *graphSearch) run(ctx context.Context) error {
	blocks := (len(s.rows) + graphBlock - 1) / graphBlock
	s.locks, s.total = make([]sync.Mutex, blocks), blocks*(blocks+1)/2
	s.least = make([]float32, len(s.rows))
	for i := range s.least {
		s.least[i] = -2
	}
	product, err := kernel.NewGemm(kernel.GemmShape{M: dots.Rows, N: graphBlock, K: s.v.dim,
		ARow: s.v.dim, ACol: 1, BRow: 1, BCol: s.v.dim, CRow: graphBlock})
	if err != nil {
		return err
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), blocks) {
		workers.Go(func() {
			w := graphWorker{graphSearch: s, product: product, packed: kernel.Floats(product.PackedLen()), units: kernel.Floats(graphBlock * s.v.dim),
				others: kernel.Floats(dots.Rows * s.v.dim), cosines: kernel.Floats(dots.Rows * graphBlock)}
			for ctx.Err() == nil {
				block := int(next.Add(1)) - 1
				if block >= blocks {
					return
				}
				w.compare(ctx, block, blocks)
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}

// told counts comparisons that are done.
func (s *graphSearch) told() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done++; s.progress != nil {
		s.progress(s.done, s.total)
	}
}

// graphWorker is what one core works with.
type graphWorker struct {
	*graphSearch
	product       *kernel.Gemm
	packed, units []float32 // [graphBlock, dim]: a block, as it is multiplied and as it is
	others        []float32 // [dots.Rows, dim]
	cosines       []float32 // [dots.Rows, graphBlock]
}

// compare compares a block with itself and all that follow.
func (w *graphWorker) compare(ctx context.Context, block, blocks int) {
	from, to := block*graphBlock, min((block+1)*graphBlock, len(w.rows))
	w.fill(w.units, from, to)
	w.product.Pack(nil, w.units, w.packed)
	for other := block; other < blocks && ctx.Err() == nil; other++ {
		last := min((other+1)*graphBlock, len(w.rows))
		for at := other * graphBlock; at < last; at += dots.Rows {
			end := min(at+dots.Rows, last)
			w.fill(w.others, at, end)
			w.product.RunPacked(nil, w.others, w.units, w.packed, w.cosines, nil)
			w.locks[block].Lock()
			if other != block {
				w.locks[other].Lock() // a worker that holds two took the lower first
			}
			for i := at; i < end; i++ {
				first, until := from, to
				if other == block {
					until = min(to, i) // each pair once
				}
				w.see(i, first, w.cosines[(i-at)*graphBlock:][:until-first])
			}
			if other != block {
				w.locks[other].Unlock()
			}
			w.locks[block].Unlock()
		}
		w.told()
	}
}

// fill writes the vectors of the places from to to, brought to length one.
func (w *graphWorker) fill(dst []float32, from, to int) {
	w.v.unitsInto(dst, w.rows[from:to])
}

// see takes in the cosines of place i with the places from first on.
func (w *graphWorker) see(i, first int, cosines []float32) {
	mine, theirs := w.least[i], w.least[first:][:len(cosines)]
	for a, c := range cosines {
		if c < mine && c < theirs[a] {
			continue
		}
		c = max(-1, min(1, c))
		if c >= mine {
			w.offer(i, first+a, c)
			mine = w.least[i]
		}
		if c >= theirs[a] {
			w.offer(first+a, i, c)
		}
	}
}

// offer makes the row at place j a neighbour of the row at place i, if it is one of the nearest so far.
func (w *graphWorker) offer(i, j int, cosine float32) {
	row, other := w.rows[i], int32(w.rows[j])
	index, cosines := w.g.Index[row*w.k:(row+1)*w.k], w.g.Cosine[row*w.k:(row+1)*w.k]
	before := func(a int) bool { // whether the new one comes before the a-th
		return index[a] < 0 || cosine > cosines[a] || cosine == cosines[a] && other < index[a]
	}
	at := w.k - 1
	if !before(at) {
		return
	}
	for at > 0 && before(at-1) {
		index[at], cosines[at] = index[at-1], cosines[at-1]
		at--
	}
	index[at], cosines[at] = other, cosine
	if index[w.k-1] >= 0 {
		w.least[i] = cosines[w.k-1]
	}
}
