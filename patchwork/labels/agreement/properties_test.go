package agreement

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// random deals ratings with a share of ones and of missing ones.
func random(rng *rand.Rand, people, images int, ones, missing float64) [][]int {
	ratings := make([][]int, people)
	for i := range ratings {
		ratings[i] = make([]int, images)
		for k := range ratings[i] {
			switch {
			case rng.Float64() < missing:
				ratings[i][k] = -1
			case rng.Float64() < ones:
				ratings[i][k] = 1
			}
		}
	}
	return ratings
}

func TestRandomLabelsAgreeByChanceOnly(t *testing.T) {
	for _, ones := range []float64{0.5, 0.1} {
		p := newProject(t, 3000, "water")
		p.rate("water", random(rand.New(rand.NewPCG(8, 8)), 3, 3000, ones, 0.2))
		r := p.measure(Options{Seed: 3})
		c := r.Classes[0]
		for what, f := range map[string]Figure{"alpha": c.Alpha, "Fleiss": c.Fleiss.Kappa, "Cohen": c.Pairs[2].Kappa, "alpha over all": r.Alpha} {
			if math.Abs(f.Value) > 0.05 || f.Low > 0 || f.High < 0 {
				t.Errorf("%s of random labels, %g of them present: %v; want about 0, and 0 inside", what, ones, f)
			}
		}
		near(t, "raw agreement", c.Agreement.Value, ones*ones+(1-ones)*(1-ones), 0.02)
	}
}

func TestPerfectAgreementIsOne(t *testing.T) {
	ratings := random(rand.New(rand.NewPCG(1, 1)), 1, 50, 0.3, 0)
	ratings = append(ratings, ratings[0], ratings[0])
	p := newProject(t, 50, "water")
	p.rate("water", ratings)
	r := p.measure(Options{})
	c := r.Classes[0]
	for what, f := range map[string]Figure{"alpha": c.Alpha, "Fleiss": c.Fleiss.Kappa, "Cohen": c.Pairs[1].Kappa, "raw": c.Agreement,
		"alpha over all": r.Alpha, "raw over all": r.Agreement} {
		if math.Abs(f.Value-1) > 1e-12 || f.Rows != 50 {
			t.Errorf("%s of equal labels is %v of %d images, want 1 of 50", what, f, f.Rows)
		}
	}
	if r.Open != 0 || r.Shared != 50 || r.Images != 50 || r.MeanAlpha.Value != c.Alpha.Value {
		t.Errorf("%d open, %d shared of %d, mean alpha %v", r.Open, r.Shared, r.Images, r.MeanAlpha.Value)
	}
}

// TestIntervalsCover: in 200 draws of 60 images by two people who agree with a known kappa, the 95 % interval holds it
// about as often as it says; percentile intervals of few images are a little short.
func TestIntervalsCover(t *testing.T) {
	// Present with probability 1/2, the second copies the first with probability 0.6 and deals by chance otherwise: κ = 0.6.
	const kappa, draws = 0.6, 200
	rng := rand.New(rand.NewPCG(6, 6))
	inside := 0
	for i := range draws {
		var table [2][2]int
		for range 60 {
			a := rng.IntN(2)
			b := a
			if rng.Float64() > kappa {
				b = rng.IntN(2)
			}
			table[a][b]++
		}
		f := compare(bootstrap{500, uint64(i)}, "c", "a", "b", table, noOverlap).Kappa
		if f.Low <= kappa && kappa <= f.High {
			inside++
		}
	}
	if inside < 180 || inside > 199 {
		t.Errorf("%d of %d intervals hold the true kappa; want 180 to 199", inside, draws)
	}
}

func TestWhatCannotBeMeasuredSaysWhy(t *testing.T) {
	p := newProject(t, 6, "water", "road", "rail")
	p.do("anna", p.says("water", labels.Absent, 0, 1, 2), p.says("road", labels.Present, 0, 1))
	p.do("bob", p.says("water", labels.Absent, 1, 2, 3), p.says("road", labels.Absent, 3, 4))
	r := p.measure(Options{})
	for i, reason := range []string{oneValue, noOverlap, noOverlap} {
		c := r.Classes[i]
		for what, f := range map[string]Figure{"alpha": c.Alpha, "Fleiss": c.Fleiss.Kappa, "Cohen": c.Pairs[0].Kappa} {
			if !math.IsNaN(f.Value) || !math.IsNaN(f.Low) || f.Reason != reason {
				t.Errorf("%s of %s: %+v, want NaN because %s", what, c.Class, f, reason)
			}
		}
	}
	if got := r.Classes[0].Agreement; got.Value != 1 || got.Rows != 2 {
		t.Errorf("raw agreement %v of %d images, want 1 of 2", got, got.Rows)
	}
	if r.Images != 5 || r.Shared != 2 {
		t.Errorf("%d images and %d shared, want 5 and 2: row 3 has two people and no class in common", r.Images, r.Shared)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(text); !strings.Contains(s, `"value":null,"low":null,"high":null,"rows":2,"reason":"only one value`) {
		t.Errorf("JSON: %s", s)
	}
	if _, err := json.Marshal(newProject(t, 2).measure(Options{})); err != nil {
		t.Errorf("a project without classes and people: %v", err)
	}
}

func TestExcludedRowsAreLeftOut(t *testing.T) {
	p := newProject(t, 10, "water")
	p.rate("water", [][]int{{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, {0, 1, 0, 1, 0, 1, 0, 1, 1, 0}})
	p.do("carol", p.excludes(8, 9))
	r := p.measure(Options{})
	if r.Classes[0].Alpha.Value != 1 || r.Excluded != 2 || r.Images != 8 || r.Open != 0 || r.Classes[0].Present != 4 {
		t.Errorf("with the two disputed rows excluded: %+v", r)
	}
}

// TestFiguresDependOnOpinionsOnly: not on the order of people, of classes, or on how often they were measured.
func TestFiguresDependOnOpinionsOnly(t *testing.T) {
	ratings := random(rand.New(rand.NewPCG(2, 2)), 3, 40, 0.4, 0.3)
	one, two := newProject(t, 40, "water", "road"), newProject(t, 40, "road", "water")
	one.rate("water", ratings)
	ratings[0], ratings[2] = ratings[2], ratings[0]
	two.rate("water", ratings)
	a, b := one.measure(Options{Seed: 1}), two.measure(Options{Seed: 1})
	again := one.measure(Options{Seed: 1})
	if fmt.Sprint(a) != fmt.Sprint(again) {
		t.Errorf("the same view gave\n%v\nand\n%v", a, again)
	}
	x, y := a.Classes[0], b.Classes[1]
	if x.Alpha != y.Alpha || x.Agreement != y.Agreement || x.Fleiss != y.Fleiss {
		t.Errorf("with two people swapped %v, %v, %v became %v, %v, %v", x.Alpha, x.Agreement, x.Fleiss, y.Alpha, y.Agreement, y.Fleiss)
	}
	near(t, "the swapped pair's kappa", y.Pairs[1].Kappa.Value, x.Pairs[1].Kappa.Value, 1e-12)
	if other := one.measure(Options{Seed: 2}); other.Classes[0].Alpha.Value != x.Alpha.Value || other.Classes[0].Alpha == x.Alpha {
		t.Error("another seed must change the interval and nothing else")
	}
}

// TestOverOneClassIsTheClass: with one class the figures over all are those of the class.
func TestOverOneClassIsTheClass(t *testing.T) {
	p := newProject(t, 50, "water")
	p.rate("water", random(rand.New(rand.NewPCG(3, 3)), 4, 50, 0.4, 0.3))
	r := p.measure(Options{})
	near(t, "alpha over all", r.Alpha.Value, r.Classes[0].Alpha.Value, 1e-12)
	near(t, "agreement over all", r.Agreement.Value, r.Classes[0].Agreement.Value, 1e-12)
	near(t, "the low end", r.Alpha.Low, r.Classes[0].Alpha.Low, 0.05)
	near(t, "the high end", r.Alpha.High, r.Classes[0].Alpha.High, 0.05)
}

func TestBinomialDraws(t *testing.T) {
	for _, tt := range []struct {
		n int
		p float64
	}{{1, 0.3}, {10, 0.5}, {50, 0.02}, {1000, 0.9}, {100_000, 0.37}, {1_000_000, 1e-6}} {
		rng := rand.New(rand.NewPCG(1, uint64(tt.n)))
		const draws = 20000
		sum, squares := 0.0, 0.0
		for range draws {
			k := binomial(rng, tt.n, tt.p)
			if k < 0 || k > tt.n {
				t.Fatalf("%d of %d", k, tt.n)
			}
			d := float64(k) - float64(tt.n)*tt.p
			sum += d
			squares += d * d
		}
		variance := float64(tt.n) * tt.p * (1 - tt.p)
		if mean := sum / draws; math.Abs(mean) > 4*math.Sqrt(variance/draws) {
			t.Errorf("n %d, p %g: the mean is off by %g, 4 standard errors are %g", tt.n, tt.p, mean, 4*math.Sqrt(variance/draws))
		}
		if ratio := squares / draws / variance; math.Abs(ratio-1) > 0.06 {
			t.Errorf("n %d, p %g: the variance is %.3f of what it should be", tt.n, tt.p, ratio)
		}
	}
	if binomial(nil, 0, 0.5) != 0 || binomial(nil, 5, 0) != 0 || binomial(nil, 5, 1) != 5 {
		t.Error("certain draws are not")
	}
	counts, dst := []int{3, 0, 5, 2}, make([]float64, 4)
	rng := rand.New(rand.NewPCG(2, 2))
	var total [4]float64
	for range 10000 {
		multinomial(rng, counts, 10, dst)
		if s := dst[0] + dst[1] + dst[2] + dst[3]; s != 10 || dst[1] != 0 {
			t.Fatalf("drew %v", dst)
		}
		for i, x := range dst {
			total[i] += x / 10000
		}
	}
	for i, k := range counts {
		near(t, fmt.Sprint("the mean of kind ", i), total[i], float64(k), 0.06)
	}
}

func TestMeasureRefuses(t *testing.T) {
	p := newProject(t, 2, "water")
	if _, err := p.view().Measure(t.Context(), Options{Replicates: -1}); err == nil || !strings.Contains(err.Error(), "Options.Replicates is -1") {
		t.Errorf("-1 replicates: %v", err)
	}
	if _, err := p.view().Measure(t.Context(), Options{Rule: Rule{Kind: ByPriority}}); err == nil {
		t.Error("a priority of nobody was applied")
	}
	if got := p.measure(Options{}); !reflect.DeepEqual(got.Annotators, []Annotator{}) || got.Alpha.Reason != noOverlap {
		t.Errorf("without labels: %+v", got)
	}
}

// TestOverAllClassesEachIsAUnit: the figures over all are those of the classes' images put one after the other.
func TestOverAllClassesEachIsAUnit(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	water, road := random(rng, 3, 40, 0.5, 0.3), random(rng, 3, 40, 0.1, 0.6)
	p := newProject(t, 40, "water", "road")
	p.rate("water", water)
	p.rate("road", road)
	joined := newProject(t, 80, "any")
	for i := range water {
		water[i] = append(water[i], road[i]...)
	}
	joined.rate("any", water)
	r, want := p.measure(Options{}), joined.measure(Options{}).Classes[0]
	near(t, "alpha", r.Alpha.Value, want.Alpha.Value, 1e-12)
	near(t, "agreement", r.Agreement.Value, want.Agreement.Value, 1e-12)
	near(t, "the mean alpha", r.MeanAlpha.Value, (r.Classes[0].Alpha.Value+r.Classes[1].Alpha.Value)/2, 1e-12)
	if open := r.Open; open != joined.measure(Options{}).Open {
		t.Errorf("%d disagreements are open in two classes, and %d in one", open, joined.measure(Options{}).Open)
	}
}

// TestFleissTakesTheCommonNumber: of numbers of labels that equally many images have, the larger.
func TestFleissTakesTheCommonNumber(t *testing.T) {
	p := newProject(t, 7, "water")
	p.rate("water", [][]int{{0, 1, 0, 1, 1, -1, 1}, {0, 0, 0, 1, 1, 0, -1}, {1, 1, 0, -1, -1, 0, -1}})
	f := p.measure(Options{}).Classes[0].Fleiss
	if f.Ratings != 3 || f.LeftOut != 3 || f.Kappa.Rows != 3 {
		t.Errorf("three images have 3 labels and three have 2; taken were %d images with %d, %d left out", f.Kappa.Rows, f.Ratings, f.LeftOut)
	}
}

// TestNoIntervalOfAFigureThatIsRarelyThere: where most draws have only one value there is nothing to say.
func TestNoIntervalOfAFigureThatIsRarelyThere(t *testing.T) {
	b := bootstrap{1000, 1}
	some := func(known float64) Figure {
		rng := rand.New(rand.NewPCG(1, 1))
		first := true
		return b.figure("x", oneValue, []int{3, 4}, func([]float64) float64 {
			if !first && rng.Float64() > known {
				return math.NaN()
			}
			first = false
			return 0.5
		})
	}
	if f := some(0.4); f.Value != 0.5 || !math.IsNaN(f.Low) || f.String() != "0.500" {
		t.Errorf("known in 40 %% of the draws: %v (%v to %v)", f, f.Low, f.High)
	}
	if f := some(0.6); f.Low != 0.5 || f.High != 0.5 {
		t.Errorf("known in 60 %% of the draws: %v", f)
	}
}
