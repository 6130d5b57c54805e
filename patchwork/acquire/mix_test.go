package acquire

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// two makes a pool of n rows of two classes; even rows lie at one place, odd ones spread out.
func two(n int, seed uint64) *Pool {
	data := rand.New(rand.NewPCG(9, 9))
	x, probs := make([][]float32, n), make([][]float32, n)
	p := &Pool{Classes: []string{"a", "b"}, Rand: rand.New(rand.NewPCG(seed, 2)),
		Features: func(row int) []float32 { return x[row] }, Probs: func(row int) []float32 { return probs[row] }}
	for row := range n {
		x[row] = make([]float32, 16)
		x[row][0] = float32(1 + data.Float64())
		if row%2 == 1 {
			for k := range x[row] {
				x[row][k] = float32(data.NormFloat64())
			}
		}
		probs[row] = []float32{data.Float32(), data.Float32()}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// count counts the picks whose reason begins with each word.
func words(picks []Pick) map[string]int {
	counts := map[string]int{}
	for _, k := range picks {
		word, _, _ := strings.Cut(k.Reason, " ")
		counts[strings.TrimSuffix(word, ":")]++
	}
	return counts
}

// Parts have their shares on average, exactly where they are whole, and the rest is an audit.
func TestSharesOfAMix(t *testing.T) {
	s, err := Lookup("60% entropy + 25% highest: a")
	if err != nil || s.Card().Name != "60% entropy + 25% highest: a" || s.Card().Needs.Has(OneClass) {
		t.Fatal(s, err)
	}
	const batches = 400
	sums := map[string]int{}
	for seed := range uint64(batches) {
		p := two(60, seed)
		p.Features = nil
		picks, err := Select(s, p, 7)
		if err != nil || len(picks) != 7 {
			t.Fatal(picks, err)
		}
		for word, n := range words(picks) {
			sums[word] += n
		}
		picks, err = Select(s, p, 20)
		if got := words(picks); err != nil || got["entropy"] != 12 || got["highest"] != 5 || got["audit"] != 3 {
			t.Fatalf("20 rows: %v, %v; want 12, 5 and 3", got, err)
		}
	}
	for word, share := range map[string]float64{"entropy": 0.6, "highest": 0.25, "audit": 0.15} {
		if got := float64(sums[word]) / batches; math.Abs(got-7*share) > 0.1 {
			t.Errorf("%s: %.3f of 7 on average, want %.3f", word, got, 7*share)
		}
	}
	equal := Mix{Parts: []Part{{Strategy: entropy}, {Strategy: random}}}
	if name := equal.Card().Name; name != "42.5% entropy + 42.5% random" {
		t.Errorf("equal shares: %s", name)
	}
}

// The audit is uniform, whatever the parts choose.
func TestAuditIsUniform(t *testing.T) {
	const rows, batches = 12, 6000
	s, _ := Lookup("50% k-center + 25% entropy")
	counts := make([]float64, rows)
	for seed := range uint64(batches) {
		picks, err := Select(s, two(rows, seed), 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range picks {
			if k.Reason == "audit: drawn at random" {
				counts[k.Row]++
			}
		}
	}
	chi2, want := 0.0, float64(batches)/rows // one of four
	for _, c := range counts {
		chi2 += (c - want) * (c - want) / want
	}
	if chi2 > 31.3 { // 0.999 quantile of chi-squared with 11 degrees of freedom
		t.Errorf("audits %v, want %g each: chi-squared %.1f", counts, want, chi2)
	}
}

// Of rows that look alike a batch holds one, until there are no others.
func TestNoNearDuplicatesInABatch(t *testing.T) {
	s, _ := Lookup("100% entropy")
	copies := func(picks []Pick) (n int) {
		for _, k := range picks {
			n += 1 - k.Row%2
		}
		return n
	}
	picks, err := Select(s, two(60, 1), 12)
	if err != nil || len(picks) != 12 || copies(picks) > 1 {
		t.Errorf("%d of %d are copies, %v", copies(picks), len(picks), err)
	}
	if plain, err := Select(entropy, two(60, 1), 12); err != nil || copies(plain) < 3 {
		t.Errorf("entropy alone: %d copies, %v; this test shows nothing", copies(plain), err)
	}
	if picks, err = Select(s, two(60, 1), 60); err != nil || len(picks) != 60 {
		t.Errorf("all: %d, %v", len(picks), err)
	}
}

// Rows 0 and 1 are what the model is least sure of; both are taken unless they look alike.
func TestFromWhichCosineOnRowsLookAlike(t *testing.T) {
	s, _ := Lookup("100% entropy")
	for _, tt := range []struct {
		cosine float64
		both   bool
	}{{0.94, true}, {0.96, false}} {
		p := &Pool{Classes: []string{"a"}, Rand: rand.New(rand.NewPCG(1, 2)),
			Features: func(row int) []float32 {
				x := make([]float32, 6)
				x[row] = 1
				if row == 1 {
					x[0], x[1] = float32(tt.cosine), float32(math.Sqrt(1-tt.cosine*tt.cosine))
				}
				return x
			},
			Probs: func(row int) []float32 { return []float32{0.5 - float32(row)/20} }}
		for row := range 6 {
			p.Rows = append(p.Rows, row)
		}
		picks, err := Select(s, p, 2)
		if err != nil || len(picks) != 2 || (picks[1].Row == 1) != tt.both {
			t.Errorf("cosine %g: chose %v, %v", tt.cosine, picks, err)
		}
	}
}

// What a part lacks goes to the next, and then to the audit.
func TestPartsThatCannotChoose(t *testing.T) {
	p := two(40, 1)
	p.Labels = func(_, class int) int8 { return int8(-class) } // a is known everywhere, b nowhere
	s := Mix{Parts: []Part{{highestOf("a"), 0.5}, {highestOf("b"), 0.25}, {unsure{}, 0.25}}}
	picks, err := Select(s, p, 8)
	if got := words(picks); err != nil || got["highest"] != 6 || got["unsure"] != 2 {
		t.Errorf("got %v, %v; want the rows of a class that is known to go to the next part", got, err)
	}
	s.Parts = s.Parts[:1]
	if picks, err = Select(s, p, 8); err != nil || words(picks)["audit"] != 8 {
		t.Errorf("got %v, %v; want an audit of 8", picks, err)
	}
	p.Probs = nil
	if _, err := Select(s, p, 8); !errors.Is(err, ErrNotReady) {
		t.Errorf("without a model: %v; want it asked for, as the part alone does", err)
	}
}

func TestNamesOfMixes(t *testing.T) {
	s, err := Lookup("33.5% highest: a + b + 10% near 0.3: 5% of c + 1% typiclust")
	if err != nil || s.Card().Name != "33.5% highest: a + b + 10% near 0.3: 5% of c + 1% typiclust" || len(s.(Mix).Parts) != 3 {
		t.Errorf("got %v, %v", s, err)
	}
	for name, says := range map[string]string{
		"60% entropy + 50% random": "sum to 110 %; want more than 0 and up to 100",
		"0% entropy":               "sum to 0 %",
		"60% magic":                `no strategy is called "magic"`,
		"60% highest":              `write "highest: CLASS"`,
	} {
		if s, err := Lookup(name); s != nil || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Lookup(%q) = %v, %v; want an error that says %q", name, s, err, says)
		}
	}
}

// auto goes by what is known.
func TestPhasesOfAuto(t *testing.T) {
	label := func(positives ...int) func(p *Pool) { // by class, how many are known; all others of those rows are absent
		return func(p *Pool) {
			known := p.Rows[:len(p.Rows)/2]
			p.Rows, p.Known = p.Rows[len(known):], known
			p.Labels = func(row, class int) int8 {
				if row >= len(known) {
					return -1
				}
				return int8(max(0, min(1, positives[class]-row)))
			}
		}
	}
	noModel := func(p *Pool) { p.Probs = nil }
	noFeatures := func(p *Pool) { p.Features = nil }
	tests := []struct {
		name  string
		state []func(p *Pool)
		want  map[string]int // of 20
	}{
		{"nothing at all", []func(p *Pool){noModel, noFeatures}, map[string]int{"drawn": 20}},
		{"a model only", []func(p *Pool){noFeatures}, map[string]int{"entropy": 17, "audit": 3}},
		{"no label", []func(p *Pool){noModel}, map[string]int{"uherding": 17, "audit": 3}},
		{"few labels, no model", []func(p *Pool){label(2, 3), noModel}, map[string]int{"uherding": 17, "audit": 3}},
		{"one rare, no model", []func(p *Pool){label(3, 20), noModel}, map[string]int{"uherding": 12, "rare": 5, "audit": 3}},
		{"few labels", []func(p *Pool){label(2, 3)}, map[string]int{"variance": 17, "audit": 3}},
		{"one class rare", []func(p *Pool){label(3, 20)}, map[string]int{"variance": 12, "rare": 5, "audit": 3}},
		{"one class not found", []func(p *Pool){label(0, 15)}, map[string]int{"variance": 17, "audit": 3}},
		{"each shows one class", []func(p *Pool){label(50, 0), func(p *Pool) {
			labels := p.Labels
			p.Labels = func(row, class int) int8 {
				if v := labels(row, 0); v < 0 || class == 0 {
					return v
				} else {
					return 1 - v
				}
			}
		}}, map[string]int{"uherding": 17, "audit": 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := two(200, 3)
			for _, change := range tt.state {
				change(p)
			}
			picks, err := Select(auto{}, p, 20)
			if err != nil {
				t.Fatal(err)
			}
			got := words(picks)
			for word, n := range tt.want {
				if math.Abs(float64(got[word]-n)) > 1 { // shares that are not whole
					t.Errorf("got %v, want %v", got, tt.want)
				}
			}
			if len(got) != len(tt.want) || len(picks) != 20 {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// unsure takes one of many alike, and rows of both classes although one has all that are nearest one half.
func TestUnsureIsEvenAndDiverse(t *testing.T) {
	p := two(400, 5)
	p.Probs = func(row int) []float32 {
		q := float32(row) / 4000 // 0 to 0.1, the nearest one half last
		if row < 40 {
			return []float32{0.1, 0.6 + q} // few are unsure by b
		}
		return []float32{0.45 + q/4, 0}
	}
	picks, err := Select(unsure{}, p, 10)
	if err != nil || len(picks) != 10 {
		t.Fatal(picks, err)
	}
	few, same := 0, 0
	for _, k := range picks {
		if k.Row < 40 {
			few++
		}
		same += 1 - k.Row%2
	}
	if few < 2 || few > 8 || same > 2 {
		t.Errorf("%d of 10 by the class that few are unsure of, %d at one place: %v", few, same, picks)
	}
	rows := unsureRows(p, 20)
	if n := len(slices.DeleteFunc(slices.Clone(rows), func(r int) bool { return r >= 40 })); len(rows) != 20 || n != 10 {
		t.Errorf("%d of %d rows are of that class, want half", n, len(rows))
	}
}

// Where each known image shows one class, unsure goes by the best answer, and by every class apart elsewhere.
func TestDoubtOfExclusiveClasses(t *testing.T) {
	p := two(40, 1)
	p.Probs = func(row int) []float32 {
		if row == 7 {
			return []float32{0.1, 0.1} // shows nothing, for sure
		}
		return []float32{0.6, 0.02}
	}
	p.Known, p.Rows = []int{0, 1}, p.Rows[2:]
	for _, tt := range []struct {
		labels [2][2]int8
		want   float64 // the score of row 7
	}{
		{[2][2]int8{{0, 1}, {1, 0}}, 0.9},
		{[2][2]int8{{0, 1}, {1, 1}}, 0.4689956}, // H(0.1), as a class apart
		{[2][2]int8{{0, 1}, {0, 0}}, 0.4689956},
		{[2][2]int8{{0, 1}, {1, -1}}, 0.9}, // one label is missing: says nothing
		{[2][2]int8{{-1, 1}, {1, -1}}, 0.4689956},
	} {
		p.Labels = func(row, class int) int8 {
			if row > 1 {
				return -1
			}
			return tt.labels[row][class]
		}
		if _, got := doubtOf(p)(7); math.Abs(got-tt.want) > 1e-6 {
			t.Errorf("known %v: score %.7f, want %.7f", tt.labels, got, tt.want)
		}
	}
}
