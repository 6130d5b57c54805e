package acquire

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// drawsGolden is what testdata/draws.py writes.
type drawsGolden struct {
	Features [][]float32
	Mean     []float32
	Probs    [][]float32
	Labels   [][]int8
	Open     int
	Cases    []struct {
		Strategy  string
		Rows      []int
		Known     bool
		Distances [][]float64
		Chances   [][]float64
	}
}

func readDraws(t *testing.T) (g drawsGolden) {
	t.Helper()
	text, err := os.ReadFile("testdata/draws.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (g drawsGolden) pool(known bool, seed uint64) *Pool {
	p := &Pool{
		Classes: []string{"a", "b", "c"}, Mean: g.Mean,
		Probs:    func(row int) []float32 { return g.Probs[row] },
		Features: func(row int) []float32 { return g.Features[row] },
		Labels:   func(row, class int) int8 { return g.Labels[row][class] },
		Rand:     rand.New(rand.NewPCG(seed, 1)),
	}
	for row := range g.Features {
		if row < g.Open {
			p.Rows = append(p.Rows, row)
		} else if known {
			p.Known = append(p.Known, row)
		}
	}
	return p
}

// The distances of factored gradients are those of whole ones, found one by one and by the pass over all candidates.
func TestDistancesOfGradients(t *testing.T) {
	g := readDraws(t)
	for _, c := range g.Cases {
		if c.Distances == nil {
			continue
		}
		t.Run(fmt.Sprint(c.Strategy, c.Known), func(t *testing.T) {
			s, err := Lookup(c.Strategy)
			if err != nil {
				t.Fatal(err)
			}
			p, err := prepare(s.Card(), g.pool(c.Known, 1), 3)
			if err != nil {
				t.Fatal(err)
			}
			var q *points
			switch s.(type) {
			case badge:
				q = gradients(p, 0, 3)
			case badgeOf:
				q = gradients(p, 1, 2)
			default:
				q = unitPoints(p)
			}
			if len(q.rows) != len(c.Distances) || q.open != len(c.Rows) {
				t.Fatalf("%d points, %d candidates; want %d and %d", len(q.rows), q.open, len(c.Distances), len(c.Rows))
			}
			for i, row := range c.Distances {
				for j, want := range row {
					if got := q.distance(i, j); math.Abs(got-want) > 2e-5*(1+want) {
						t.Errorf("|%d - %d|² = %.7f, want %.7f", i, j, got, want)
					}
				}
			}
			near, others := q.farOff(), []int{len(q.rows) - 1, 0, 2}
			q.lower(near, others)
			for i, got := range near {
				want := math.Inf(1)
				for _, j := range others {
					want = min(want, c.Distances[i][j])
				}
				if math.Abs(got-want) > 2e-5*(1+want) {
					t.Errorf("nearest of %d is at %.7f, want %.7f", i, got, want)
				}
			}
		})
	}
}

// Each row is drawn as often as it should be: at the first, the second and the third draw, all sequences summed.
func TestChancesOfDraws(t *testing.T) {
	const draws = 20_000
	g := readDraws(t)
	for _, c := range g.Cases {
		t.Run(fmt.Sprint(c.Strategy, c.Known), func(t *testing.T) {
			s, err := Lookup(c.Strategy)
			if err != nil {
				t.Fatal(err)
			}
			counts := make([][]float64, 3)
			for k := range counts {
				counts[k] = make([]float64, len(g.Features))
			}
			p := g.pool(c.Known, 5)
			for range draws {
				picks, err := Select(s, p, 3)
				if err != nil || len(picks) != 3 {
					t.Fatal(picks, err)
				}
				for k, pick := range picks {
					counts[k][pick.Row]++
				}
			}
			for k, chances := range c.Chances {
				chi2 := 0.0
				for i, chance := range chances {
					got, want := counts[k][c.Rows[i]], chance*draws
					if want < 1e-9 {
						if got > 0 {
							t.Errorf("draw %d: row %d was drawn, and never should be", k+1, c.Rows[i])
						}
						continue
					}
					chi2 += (got - want) * (got - want) / want
				}
				if chi2 > 29 { // above the 0.999 quantile of chi-squared with 8 degrees of freedom, 26.1
					t.Errorf("draw %d: counts %v, want %d times %.4f: chi-squared %.1f", k+1, counts[k], draws, chances, chi2)
				}
			}
		})
	}
}

// How often the distances are brought up to date changes no chance.
func TestPatienceChangesNoChance(t *testing.T) {
	const draws = 20_000
	g := readDraws(t)
	for _, c := range g.Cases {
		if c.Strategy != "diversity" || !c.Known {
			continue
		}
		q := unitPoints(g.pool(true, 1))
		r := rand.New(rand.NewPCG(6, 6))
		for _, patience := range []int{1, 2} {
			counts, chi2 := make([]float64, q.open), 0.0
			for range draws {
				counts[q.seed(3, r, nil, patience)[2].point]++
			}
			for i, chance := range c.Chances[2] {
				chi2 += (counts[i] - chance*draws) * (counts[i] - chance*draws) / (chance * draws)
			}
			if chi2 > 29 {
				t.Errorf("patience %d: third draws %v, want %d times %.4f: chi-squared %.1f", patience, counts, draws, c.Chances[2], chi2)
			}
		}
	}
}

// A model that subtracts nothing has no mean, one of another extractor a wrong one.
func TestMeanOfAModel(t *testing.T) {
	g := readDraws(t)
	for _, tt := range []struct {
		mean []float32
		says string
	}{{nil, ""}, {[]float32{}, ""}, {make([]float32, 4), "row 0 has a vector of 5 numbers and Pool.Mean has 4"}} {
		p := g.pool(true, 1)
		p.Mean = tt.mean
		picks, err := Select(badge{}, p, 4)
		if ok := err == nil && len(picks) == 4; ok != (tt.says == "") || !ok && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("mean %v: %d picks, %v; want %q", tt.mean, len(picks), err, tt.says)
		}
	}
}

// Rows of weight 0 come when the others are used up, and copies when everything else is drawn.
func TestWhatIsDrawnLast(t *testing.T) {
	for seed := range uint64(50) {
		probs := []float32{0, 0.5, 0, 1, 1e-9, float32(math.NaN())}
		p := &Pool{Rows: []int{0, 1, 2, 3, 4, 5}, Classes: []string{"a"}, Rand: rand.New(rand.NewPCG(seed, 0)),
			Probs: func(row int) []float32 { return probs[row : row+1] }}
		picks, err := Select(highOf("a"), p, 6)
		if err != nil || len(picks) != 5 || picks[3].Score > 0 || picks[4].Score > 0 || picks[2].Score == 0 {
			t.Fatalf("high: got %v, %v; want the rows 0 and 2 last, and 5 left out", picks, err)
		}
		p.Known = []int{6}
		p.Features = func(row int) []float32 { return [][]float32{{1, 0}, {2, 0}, {0, 1}, {0, 3}, {1, 1}, nil, {5, 0}}[row] }
		picks, err = Select(diversity{}, p, 6)
		if err != nil || len(picks) != 5 || picks[1].Score == 0 || picks[2].Score > 0 || picks[4].Score > 0 {
			t.Fatalf("diversity: got %v, %v; want row 4 and one of 2 and 3, then three copies", picks, err)
		}
	}
}

// BenchmarkDraws is a batch of 16 from 100,000 images with 384 numbers and 10 classes each, 100 of them labelled.
func BenchmarkDraws(b *testing.B) {
	const n, dim, classes, labelled = 100_000, 384, 10, 100
	r := rand.New(rand.NewPCG(1, 2))
	x, probs := make([]float32, n*dim), make([]float32, n*classes)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	for i := range probs {
		probs[i] = r.Float32()
	}
	p := &Pool{Rand: r, Mean: x[:dim], Features: func(row int) []float32 { return x[row*dim : (row+1)*dim : (row+1)*dim] },
		Probs:      func(row int) []float32 { return probs[row*classes : (row+1)*classes] },
		Deviations: func(row int) []float32 { return probs[(n-1-row)*classes : (n-row)*classes] },
		Judge: func(m int, vector func(int) []float32) []float32 { // what a head costs is in internal/benchacquire
			for i := range m {
				vector(i)
			}
			return probs[:m*classes]
		}}
	for row := range n {
		if row < labelled {
			p.Known = append(p.Known, row)
		} else {
			p.Rows = append(p.Rows, row)
		}
	}
	for c := range classes {
		p.Classes = append(p.Classes, fmt.Sprint("class ", c))
	}
	for _, card := range All() {
		if !(card.Needs | card.Uses).Has(Features) {
			continue
		}
		name := card.Name
		if card.Needs.Has(OneClass) {
			name += "class 3"
		}
		s, err := Lookup(name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if picks, err := Select(s, p, 16); err != nil || len(picks) != 16 {
					b.Fatal(picks, err)
				}
			}
		})
	}
}
