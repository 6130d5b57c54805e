package decide

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func TestConformalByHand(t *testing.T) {
	// 9 present, 9 absent, a tenth may go wrong: k = ⌈10·0.9⌉ = 9, the least of the present, the highest of the absent.
	var scores []float32
	var truth []labels.Tri
	for i := range 9 {
		scores = append(scores, 0.35+float32(i)*0.05, 0.05+float32(i)*0.05)
		truth = append(truth, p, a)
	}
	scores, truth = append(scores, 0.99, float32(math.NaN())), append(truth, u, p)
	c, err := NewConformal(scores, truth, 0.1)
	if err != nil || math.Abs(c.PresentFrom-0.35) > 1e-6 || math.Abs(c.AbsentTo-0.45) > 1e-6 || c.Present != 9 || c.Absent != 9 {
		t.Fatalf("%+v, %v", c, err)
	}
	for score, want := range map[float32]Answer{0.1: Absent, 0.4: Either, 0.9: Present} {
		if got := c.Of(score); got != want || got.Ask() != (want == Either) {
			t.Errorf("%v is %v, want %v", score, got, want)
		}
	}
	if c.Of(float32(math.NaN())) != Either {
		t.Error("no score is an answer")
	}
	// A third may go wrong: k = ⌈10·2/3⌉ = 7, and a gap opens.
	c, _ = NewConformal(scores, truth, 1./3)
	if math.Abs(c.PresentFrom-0.45) > 1e-6 || math.Abs(c.AbsentTo-0.35) > 1e-6 || c.Of(0.4) != Neither || !c.Of(0.4).Ask() {
		t.Errorf("%+v says %v of 0.4", c, c.Of(0.4))
	}
	if got := c.Asked([]float32{0.1, 0.4, 0.9, 0.4}); got != 0.5 {
		t.Errorf("asks for %v of the images, want half", got)
	}
	// 19 labels are just enough for 0.05, 18 are not.
	for n, from := range map[int]float64{18: 0, 19: 0.6} {
		scores, truth := make([]float32, n), make([]labels.Tri, n)
		for i := range scores {
			scores[i], truth[i] = 0.6, p
		}
		if c, _ := NewConformal(scores, truth, 0.05); math.Abs(c.PresentFrom-from) > 1e-6 || c.AbsentTo != 1 {
			t.Errorf("%d present: %+v", n, c)
		}
	}
}

// Images of each kind are covered as often as promised, the rare kind as well as the usual one, and not much more often.
func TestConformalCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	const trials, alpha = 400, 0.1
	var covered, n [2]float64
	for range trials {
		scores, truth := draw(rng, 120)
		c, err := NewConformal(scores, truth, alpha)
		if err != nil {
			t.Fatal(err)
		}
		scores, truth = draw(rng, 200)
		for i, s := range scores {
			n[truth[i]]++
			if got := c.Of(s); got == Either || got == Present && truth[i] == p || got == Absent && truth[i] == a {
				covered[truth[i]]++
			}
		}
	}
	for y, name := range []string{"absent", "present"} {
		if got := covered[y] / n[y]; got < 1-alpha-0.01 || got > 1-alpha+0.03 {
			t.Errorf("%s images are covered in %.4f, want 0.9", name, got)
		}
	}
}

func TestConformalErrors(t *testing.T) {
	for says, f := range map[string]func() error{
		"an alpha of 0;":       func() error { _, err := NewConformal(nil, nil, 0); return err },
		"an alpha of NaN":      func() error { _, err := NewConformal(nil, nil, math.NaN()); return err },
		"1 scores and 0 label": func() error { _, err := NewConformal([]float32{1}, nil, 0.1); return err },
		"position 0 is 3; want": func() error {
			_, err := NewConformal([]float32{3}, []labels.Tri{p}, 0.1)
			return err
		},
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	if c, err := NewConformal(nil, nil, 0.1); err != nil || c.Of(0.9) != Either {
		t.Errorf("without labels: %+v, %v; want to ask always", c, err)
	}
}
