package prevalence

import (
	"bufio"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func TestGolden(t *testing.T) {
	file, err := os.Open("testdata/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	cases := 0
	for ; lines.Scan(); cases++ {
		var g struct {
			Name   string
			Scores []float32
			Audit  []labels.Tri
			Lam    float64
			Share  [3]float64
		}
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		e, err := Of(g.Scores, g.Audit)
		if err != nil {
			t.Fatal(err)
		}
		near := func(got evaluate.Number, want float64) bool { return math.Abs(float64(got)-want) < 1e-6 }
		if !near(e.Lambda, g.Lam) || !near(e.Share.Value, g.Share[0]) || !near(e.Share.Low, g.Share[1]) || !near(e.Share.High, g.Share[2]) {
			t.Errorf("%s: λ %v, share %v; want %v, %v", g.Name, float64(e.Lambda), e.Share, g.Lam, g.Share)
		}
	}
	if cases != 4 {
		t.Errorf("compared %d cases, want 4", cases)
	}
}

// collection draws images that show the class with the probability share, with scores that lie: too high where it is absent.
func collection(rng *rand.Rand, images, audited int, share, skill float64) (scores []float32, audit []labels.Tri) {
	for i := range images {
		z, y := rng.NormFloat64()-skill+0.5, labels.Absent
		if rng.Float64() < share {
			z, y = z+2*skill, labels.Present
		}
		if i >= audited {
			y = labels.Unknown
		}
		scores, audit = append(scores, float32(1/(1+math.Exp(-z)))), append(audit, y)
	}
	return scores, audit
}

// The interval holds the truth as often as it says, although the scores are biased, and is narrower than that of the audit.
func TestIntervalCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for _, c := range []struct {
		audited      int
		share, skill float64
		narrower     float64 // at least by this factor
	}{{100, 0.3, 1.5, 1.3}, {300, 0.1, 1.5, 1.2}, {60, 0.5, 0, 0.96}} {
		const trials = 1000
		covered, classic, naive := 0, 0, 0
		var width, classicWidth float64
		for range trials {
			scores, audit := collection(rng, 2000, c.audited, c.share, c.skill)
			e, err := Of(scores, audit)
			if err != nil || !e.Share.Value.Known() {
				t.Fatal(e, err)
			}
			in := func(i evaluate.Interval) int {
				if float64(i.Low) <= c.share && c.share <= float64(i.High) {
					return 1
				}
				return 0
			}
			covered += in(e.Share)
			classic += in(e.Classic)
			width += float64(e.Share.High - e.Share.Low)
			classicWidth += float64(e.Classic.High - e.Classic.Low)
			said := 0
			for _, s := range scores {
				if s >= 0.5 {
					said++
				}
			}
			naive += in(evaluate.Wilson(said, len(scores)))
		}
		if got := float64(covered) / trials; got < 0.925 || got > 0.975 {
			t.Errorf("%+v: covered in %.3f of the trials", c, got)
		}
		if got := float64(classic) / trials; got < 0.925 || got > 0.985 {
			t.Errorf("%+v: the audit alone covered in %.3f", c, got)
		}
		if classicWidth/width < c.narrower {
			t.Errorf("%+v: the audit alone is only %.3f times as wide", c, classicWidth/width)
		}
		if c.skill > 0 && naive > trials/10 {
			t.Errorf("%+v: counting scores is right in %d of %d trials; then it proves nothing", c, naive, trials)
		}
	}
}

func TestNotes(t *testing.T) {
	scores := []float32{0.1, 0.2, 0.3, 0.4, float32(math.NaN())}
	e, err := Of(scores, []labels.Tri{0, 0, -1, -1, 1})
	if err != nil || e.Share.Value.Known() || e.Classic != evaluate.Wilson(0, 2) || e.Unscored != 1 || e.Scored != 2 || !strings.Contains(e.String(), "all 2 audited images are of one kind") {
		t.Errorf("one kind: %+v, %v", e, err)
	}
	e, err = Of(scores, []labels.Tri{0, 1, 0, 1, -1})
	if err != nil || e.Share.Value.Known() || !strings.Contains(e.Note, "all images are audited") {
		t.Errorf("all audited: %+v, %v", e, err)
	}
	e, err = Of(scores, []labels.Tri{0, 1, -1, -1, -1})
	if err != nil || !e.Share.Value.Known() || !strings.Contains(e.Note, "only 1 audited images are of the rarer kind") || !strings.Contains(e.String(), "as good as") {
		t.Errorf("few: %v, %v", e, err)
	}
	same := []float32{0.5, 0.5, 0.5, 0.5, 0.5}
	if e, err = Of(same, []labels.Tri{0, 1, -1, -1, -1}); err != nil || e.Lambda != 0 || e.Share.Value != 0.5 {
		t.Errorf("equal scores: %+v, %v", e, err)
	}
	for says, f := range map[string]func() error{
		"1 scores and 0 labels":  func() error { _, err := Of([]float32{1}, nil); return err },
		"position 0 is -1; want": func() error { _, err := Of([]float32{-1}, []labels.Tri{1}); return err },
		"1 audited images have":  func() error { _, err := Of([]float32{1}, []labels.Tri{1}); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
}
