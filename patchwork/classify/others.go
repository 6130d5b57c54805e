package classify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
)

// othersStream names the random stream that draws images without labels.
const othersStream = 0x6f7468657273 // "others"

// semiNames are the methods, none first.
func semiNames() (names []string) {
	for _, m := range semi.Methods {
		names = append(names, string(m))
	}
	return names
}

// semiAbout explains them.
func semiAbout() string {
	return strings.Join([]string{
		"head linear, mlp: what images without labels teach; the model's own sure answers are to stay when it sees less of the image (all losses but softmax)",
		"none: nothing", "fixmatch: answers with the confidence tau", "flexmatch: fewer are asked of classes of which few are sure",
		"freematch: as sure as the model is of the class on average", "softmatch: every answer, the surer the more",
	}, "\n")
}

// others draws from a pool for the head, batch by batch: the features of images.
type others struct {
	*pool
	o   Options
	dim int
	row func(row int) []float32
	rng *rand.Rand

	order   []int // positions in the pool, shuffled; drawn from its end
	drawn   []int // of the batch
	u, open *block

	d      *block // of domains
	member *block // [images, domains], 1 for that of the image
}

// newOthers makes it; nil where nothing is asked of images without labels.
func (t *training) newOthers() (*others, error) {
	p, err := t.newPool(t.o)
	if p == nil || err != nil {
		return nil, err
	}
	n := t.o.Unlabelled * t.o.BatchSize
	s := &others{pool: p, o: t.o, dim: t.Dim, row: t.Features, rng: rand.New(rand.NewPCG(t.o.Seed, othersStream))}
	if s.domains != nil {
		s.d, s.member = newBlock(n, t.Dim), newBlock(n, len(s.domains))
	}
	if s.rule != nil {
		s.u, s.open = newBlock(n, t.Dim), newBlock(n, s.classes)
	}
	return s, nil
}

// draw adds to in what a step wants of the others.
func (s *others) draw(in []any) ([]any, error) {
	n := s.o.Unlabelled * s.o.BatchSize
	if s.rule != nil {
		s.drawn = s.drawn[:0]
		for i := range n {
			if len(s.order) == 0 {
				s.order = s.rng.Perm(len(s.rows))
			}
			at := s.order[len(s.order)-1]
			s.order = s.order[:len(s.order)-1]
			s.drawn = append(s.drawn, at)
			if err := s.put(s.u, i, s.rows[at]); err != nil {
				return nil, err
			}
			s.cells(at, s.open.values[i*s.classes:(i+1)*s.classes])
		}
		from, sharp := s.rule.Limits()
		u, err1 := s.u.tensor(n)
		open, err2 := s.open.tensor(n)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("classify: %v, %v", err1, err2)
		}
		limits := shapes.Make(dtypes.Float32, 2, s.classes)
		in = append(in, u, open, tensors.FromFlatDataAndDimensions(from, limits.Dimensions...), tensors.FromFlatDataAndDimensions(sharp, limits.Dimensions...))
	}
	if s.domains != nil {
		clear(s.member.values)
		for i := range n {
			k := s.rng.IntN(len(s.domains))
			list := s.domains[k]
			if err := s.put(s.d, i, list[s.rng.IntN(len(list))]); err != nil {
				return nil, err
			}
			s.member.values[i*len(s.domains)+k] = 1
		}
		d, err1 := s.d.tensor(n)
		member, err2 := s.member.tensor(n)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("classify: %v, %v", err1, err2)
		}
		in = append(in, d, member)
	}
	return in, nil
}

func (s *others) put(b *block, i, row int) error {
	x := s.row(row)
	if err := checkFeatures(row, x, s.dim); err != nil {
		return err
	}
	b.set(i, x)
	return nil
}

// see takes the answers about the images drawn.
func (s *others) see(p []float32) {
	if s.rule != nil {
		s.rule.See(s.drawn, slices.Clone(p), s.isUnknown)
	}
}
