package classify

import (
	"math"
	"math/rand/v2"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// table is a label table in memory.
type table struct {
	classes    []string
	values     []labels.Tri // [rows · classes]
	validation []bool
	excluded   map[int]bool
}

func (t *table) Len() int                        { return len(t.validation) }
func (t *table) Classes() []string               { return t.classes }
func (t *table) Value(row, class int) labels.Tri { return t.values[row*len(t.classes)+class] }
func (t *table) Excluded(row int) bool           { return t.excluded[row] }
func (t *table) Validation(row int) bool         { return t.validation[row] }

// set labels one cell.
func (t *table) set(row, class int, v labels.Tri) { t.values[row*len(t.classes)+class] = v }

// blobs makes n rows of dim features, each around the centre of one of the classes a, b, c ..., with noise so many times
// as strong as a centre's coordinates vary, L2-normalised. Every fifth row is for validation if held is set. Every label
// is known.
func blobs(n, dim, classes int, noise float64, held bool) (Data, *table) {
	rng := rand.New(rand.NewPCG(1, 1))
	centres := make([]float64, classes*dim)
	for i := range centres {
		centres[i] = rng.NormFloat64()
	}
	t := &table{excluded: map[int]bool{}}
	for c := range classes {
		t.classes = append(t.classes, string(rune('a'+c)))
	}
	x := make([]float32, n*dim)
	for row := range n {
		y := rng.IntN(classes)
		norm := 0.0
		for i := range dim {
			v := centres[y*dim+i] + noise*rng.NormFloat64() + 1.5
			x[row*dim+i] = float32(v)
			norm += v * v
		}
		for i := range dim {
			x[row*dim+i] /= float32(math.Sqrt(norm))
		}
		for c := range classes {
			t.values = append(t.values, labels.Tri(map[bool]int8{true: 1}[c == y]))
		}
		t.validation = append(t.validation, held && row%5 == 4)
	}
	return Data{Classes: t.classes, Dim: dim, Table: t, Features: func(row int) []float32 { return x[row*dim : (row+1)*dim] }}, t
}
