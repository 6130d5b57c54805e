package finetune

import (
	"context"
	"iter"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
)

// Names of random streams, so that images with labels and those without are not mirrored alike.
const (
	guessedStream = 0x67756573736564 // "guessed"
	domainStream  = 0x646f6d61696e   // "domain"
)

// others is what images without labels add to the steps of a training: those whose labels the model guesses, in a weak and a strong
// view, and those of all subsets.
type others struct {
	graft *classify.Graft
	count int // images a step, of each of the two

	rule    *semi.Rule // nil without Options.Semi
	guessed []int      // rows
	unknown *table

	mixed  mixed // without rows where there is no Options.Confusion
	member *table
}

// newOthers is what a training asks of images without labels.
func newOthers(g *classify.Graft, steps int) *others {
	o := &others{graft: g, count: g.Options().Unlabelled * g.Options().BatchSize}
	if o.guessed, o.rule = g.Guessed(); o.rule != nil {
		o.unknown = newTable(o.count, len(g.Classes()))
	}
	o.mixed = newMixed(g.Domains(), o.count*steps)
	if len(o.mixed.rows) > 0 {
		o.member = newTable(o.count, len(o.mixed.starts)-1)
	}
	return o
}

// cells are those of the rows that are guessed, 1 for one without label.
func (o *others) cells() []byte {
	if o.rule == nil {
		return nil
	}
	width := o.unknown.width
	list := make([]byte, len(o.guessed)*width)
	for i := range list {
		if o.graft.Unknown(i/width, i%width) {
			list[i] = 1
		}
	}
	return list
}

// shown is how many images of its own a step has.
func (o *others) shown() (n int) {
	if o.rule != nil {
		n += o.count
	}
	if o.member != nil {
		n += o.count
	}
	return n
}

// views names what feed put behind the other inputs of a step, as the network reads it.
func (o *others) views(in []*Node, network func(pixels *Node) *Node) (v classify.Views) {
	if o.rule != nil {
		v.Weak, v.Strong, v.Unknown, v.From, v.Sharp = StopGradient(network(in[0])), network(in[1]), in[2], in[3], in[4]
		in = in[5:]
	}
	if o.member != nil {
		v.Domain, v.Member = network(in[0]), in[1]
	}
	return v
}

// feed adds to the inputs of a step what views takes of it. A batch is nil where none of its kind is asked for.
func (o *others) feed(in []any, guessed, domain *stream.Batch) ([]any, error) {
	if o.rule != nil {
		for i, number := range guessed.Numbers {
			o.graft.UnknownCells(number, o.unknown.line(i))
		}
		if err := o.unknown.send(); err != nil {
			return nil, err
		}
		from, sharp := o.rule.Limits()
		limits := []int{2, len(from) / 2}
		in = append(in, guessed.Tensors[0], guessed.Tensors[1], o.unknown.tensor,
			tensors.FromFlatDataAndDimensions(from, limits...), tensors.FromFlatDataAndDimensions(sharp, limits...))
	}
	if o.member != nil {
		clear(o.member.values)
		for i, number := range domain.Numbers {
			o.member.line(i)[o.mixed.of(number)] = 1
		}
		if err := o.member.send(); err != nil {
			return nil, err
		}
		in = append(in, domain.Tensors[0], o.member.tensor)
	}
	return in, nil
}

// see takes the answers about the weak views of a batch.
func (o *others) see(guessed *stream.Batch, answers []float32) {
	if o.rule != nil {
		o.rule.See(guessed.Numbers, answers, o.graft.Unknown)
	}
}

// table is numbers that are written line by line and read as a tensor.
type table struct {
	width  int
	values []float32
	tensor *tensors.Tensor
}

func newTable(lines, width int) *table {
	return &table{width, make([]float32, lines*width), tensors.FromShape(shapes.Make(dtypes.Float32, lines, width))}
}

func (t *table) line(i int) []float32 { return t.values[i*t.width : (i+1)*t.width] }
func (t *table) send() error          { return tensors.AssignFlatData(t.tensor, t.values) }

// passes shows all pictures before any again, each time in another order, and goes on from epoch to epoch.
type passes struct{ count int } // an epoch

func (p passes) Len(int) (int, error) { return p.count, nil }
func (p passes) Numbers(n int, seed, epoch uint64) []int {
	list := make([]int, 0, p.count)
	for at := int(epoch) * p.count; len(list) < p.count; at = at/n*n + n {
		rest := stream.Shuffled{}.Numbers(n, seed, uint64(at/n))[at%n:]
		list = append(list, rest[:min(len(rest), p.count-len(list))]...)
	}
	return list
}

// mixed draws a subset, then one of its images.
type mixed struct {
	rows   []int // subset after subset
	starts []int // of each subset among them, and the end
	count  int   // an epoch
}

func newMixed(subsets [][]int, count int) (m mixed) {
	m = mixed{starts: []int{0}, count: count}
	for _, rows := range subsets {
		m.rows = append(m.rows, rows...)
		m.starts = append(m.starts, len(m.rows))
	}
	return m
}

// of is the subset of a picture.
func (m mixed) of(number int) (subset int) {
	for m.starts[subset+1] <= number {
		subset++
	}
	return subset
}

func (m mixed) Len(int) (int, error) { return m.count, nil }
func (m mixed) Numbers(_ int, seed, epoch uint64) []int {
	rng := rand.New(rand.NewPCG(seed, epoch))
	list := make([]int, m.count)
	for i := range list {
		k := rng.IntN(len(m.starts) - 1)
		list[i] = m.starts[k] + rng.IntN(m.starts[k+1]-m.starts[k])
	}
	return list
}

// beside goes through an epoch of a stream, batch by batch, next to another; of no stream every batch is nil.
func beside(ctx context.Context, s *stream.Stream, epoch int) (next func() (*stream.Batch, error), stop func()) {
	if s == nil {
		return func() (*stream.Batch, error) { return nil, nil }, func() {}
	}
	pull, stop := iter.Pull2(s.Epoch(ctx, uint64(epoch), 0))
	return func() (*stream.Batch, error) {
		b, err, _ := pull()
		return b, err
	}, stop
}
