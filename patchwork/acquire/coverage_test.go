package acquire

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// TestGoldenCoverage compares whole choices with testdata/coverage.py.
func TestGoldenCoverage(t *testing.T) {
	var g struct {
		Features [][]float32
		Probs    [][]float32
		Known    []int
		Rows     []int
		Labels   [][]int8
		Cases    []struct {
			Strategy string
			Rows     []int
			Scores   []float64
		}
	}
	text, err := os.ReadFile("testdata/coverage.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range g.Cases {
		t.Run(c.Strategy, func(t *testing.T) {
			p := &Pool{
				Rows: g.Rows, Known: g.Known, Classes: []string{"a", "b", "c", "d", "e", "f"}, Rand: rand.New(rand.NewPCG(1, 1)),
				Probs:    func(row int) []float32 { return g.Probs[row] },
				Features: func(row int) []float32 { return g.Features[row] },
				Labels:   func(row, class int) int8 { return g.Labels[row][class] },
			}
			s, err := Lookup(c.Strategy)
			if err != nil {
				t.Fatal(err)
			}
			picks, err := Select(s, p, len(c.Rows))
			if err != nil || len(picks) != len(c.Rows) {
				t.Fatal(picks, err)
			}
			for i, pick := range picks {
				if pick.Row != c.Rows[i] || math.Abs(pick.Score-c.Scores[i]) > 2e-4*(1+math.Abs(c.Scores[i])) {
					t.Errorf("pick %d is row %d at %.6f (%s), want row %d at %.6f", i, pick.Row, pick.Score, pick.Reason, c.Rows[i], c.Scores[i])
				}
			}
		})
	}
	if len(g.Cases) < 14 {
		t.Errorf("%d cases; want every strategy", len(g.Cases))
	}
}

// random points of a few groups and outliers, some of them known.
func manyPoints(t *testing.T, n, known int) *points {
	t.Helper()
	r := rand.New(rand.NewPCG(8, 8))
	x := make([][]float32, n+known)
	for i := range x {
		x[i] = make([]float32, 12)
		for k := range x[i] {
			x[i][k] = float32(r.NormFloat64())
		}
		x[i][i%7] += 4
	}
	p := &Pool{Features: func(row int) []float32 { return x[row] }, Rand: r}
	for row := range x {
		if row < n {
			p.Rows = append(p.Rows, row)
		} else {
			p.Known = append(p.Known, row)
		}
	}
	return unitPoints(p)
}

// Distances that are bounds only lead to the choice of a search that knows all of them, also when they are renewed in between.
func TestFarthestIsFarthest(t *testing.T) {
	q := manyPoints(t, 3000, 5)
	taken := q.farthest(400, nil, 3)
	near := q.farOff()
	q.lower(near, q.known())
	for k, s := range taken {
		if far := slices.Max(near); math.Abs(near[s.point]-far) > 1e-5 || math.Abs(s.far-far) > 1e-5 {
			t.Fatalf("place %d: point %d at %.6f (%.6f), and the farthest is at %.6f", k, s.point, s.far, near[s.point], far)
		}
		q.lower(near, []int{s.point})
		near[s.point] = 0
	}
}

func TestKMeansIsAtRest(t *testing.T) {
	q := manyPoints(t, 600, 40)
	c := q.kMeans(7, rand.New(rand.NewPCG(2, 2)))
	seen := 0
	for m, list := range c.list {
		seen += len(list)
		for _, i := range list {
			if c.of[i] != m {
				t.Fatalf("point %d is listed in %d and said to be in %d", i, m, c.of[i])
			}
			for other, mean := range c.mean { // no other mean is nearer
				d := 0.0
				for k, v := range q.vector(q.rows[i]) {
					e := float64(v)*q.scale[i] - float64(mean[k])
					d += e * e
				}
				if other == m && math.Abs(d-c.far[i]) > 1e-5 || d < c.far[i]-1e-5 {
					t.Fatalf("point %d of cluster %d: %.6f from mean %d, and %.6f is said to be the least", i, m, d, other, c.far[i])
				}
			}
		}
	}
	if seen != 640 || len(c.list) != 7 {
		t.Errorf("%d points in %d clusters", seen, len(c.list))
	}
}

// More candidates than are compared with each other, and more known rows than count, and all asked for.
func TestMoreThanIsCompared(t *testing.T) {
	const n = mostCompared + 500
	r := rand.New(rand.NewPCG(4, 4))
	x := make([]float32, (n+mostKnown+9)*3)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	p := &Pool{Features: func(row int) []float32 { return x[row*3 : row*3+3] }, Rand: r, Classes: []string{"a"},
		Labels: func(row, _ int) int8 { return int8(min(row/n, 1)) - 1 }}
	for row := range len(x) / 3 {
		if row < n {
			p.Rows = append(p.Rows, row)
		} else {
			p.Known = append(p.Known, row)
		}
	}
	if q := unitPoints(p); len(q.rows) != n+mostKnown || q.open != n {
		t.Errorf("%d points, %d of them candidates", len(q.rows), q.open)
	}
	for _, s := range []Strategy{maxHerding{}, probCover{}} {
		picks, err := Select(s, p, 30)
		if err != nil || len(picks) != 30 {
			t.Errorf("%s: %d picks, %v", s.Card().Name, len(picks), err)
		}
	}
	picks, err := Select(probCover{}, p, n)
	if err != nil || len(picks) != n {
		t.Errorf("all: %d picks, %v", len(picks), err)
	}
}

// Known rows without vectors take no place of those that stand for all.
func TestKnownRowsWithoutVectors(t *testing.T) {
	p := &Pool{Rand: rand.New(rand.NewPCG(4, 4)), Rows: []int{0, 1}, Classes: []string{"a"},
		Features: func(row int) []float32 {
			if row > 1 && row%2 == 0 {
				return nil
			}
			return []float32{float32(row), 1}
		},
		Labels: func(row, _ int) int8 { return int8(min(row/2, 1)) - 1 }}
	for row := range mostKnown + 200 {
		p.Known = append(p.Known, row+2)
	}
	if q := sampled(p); len(q.rows) != 2+mostKnown/2+100 || q.open != 2 {
		t.Errorf("%d points, %d of them candidates; want %d, all that have vectors", len(q.rows), q.open, 2+mostKnown/2+100)
	}
}
