package decide

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

const (
	u = labels.Unknown
	a = labels.Absent
	p = labels.Present
)

// The classes of the simulations: log odds are normal, around -skill where a class is absent and skill where it is present.
const (
	skill = 1.2
	share = 0.35
)

func draw(rng *rand.Rand, n int) (scores []float32, truth []labels.Tri) {
	for range n {
		y, z := a, rng.NormFloat64()-skill
		if rng.Float64() < share {
			y, z = p, z+2*skill
		}
		scores, truth = append(scores, float32(1/(1+math.Exp(-z)))), append(truth, y)
	}
	return scores, truth
}

// true precision and recall from a score on, of all images there could be.
func beyond(score float64) (precision, recall float64) {
	z := math.Log(score / (1 - score))
	above := func(mean float64) float64 { return 0.5 * math.Erfc((z-mean)/math.Sqrt2) }
	recall = above(skill)
	return share * recall / (share*recall + (1-share)*above(-skill)), recall
}

func TestThresholdsByHand(t *testing.T) {
	scores := []float32{0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.95}
	truth := []labels.Tri{p, p, a, p, a, p, u}
	best, err := BestF1(scores, truth)
	// F1 at 0.9, 0.8, … : 2/5, 4/6, 4/7, 6/8, 6/9, 8/10.
	if err != nil || !near(best.Score, 0.4) || !near(best.F1.Value, 0.8) || best.Promised.Known() {
		t.Errorf("best F1: %+v, %v", best, err)
	}
	for _, tt := range []struct {
		goal  float64
		f     func([]float32, []labels.Tri, Goal) (Threshold, error)
		score float64
	}{{0.75, ForPrecision, 0.6}, {0.9, ForPrecision, 0.8}, {0.6, ForPrecision, 0.4}, {0.5, ForRecall, 0.8}, {0.6, ForRecall, 0.6}, {0.99, ForRecall, 0.4}} {
		got, err := tt.f(scores, truth, Goal{Share: tt.goal, Plain: true})
		if err != nil || !near(got.Score, tt.score) || got.Reason != "" {
			t.Errorf("a plain %g: %+v, %v; want %g", tt.goal, got, err, tt.score)
		}
	}
	// 59 of 59: the lower bound at 5 % is 0.05^(1/59) = 0.9505.
	many, all := make([]float32, 59), make([]labels.Tri, 59)
	for i := range many {
		many[i], all[i] = 0.5+float32(i)/200, p
	}
	got, err := ForRecall(many, all, Goal{Share: 0.95})
	if err != nil || got.Score != 0.5 || !near(got.Promised, math.Pow(0.05, 1./59)) {
		t.Errorf("59 present: %+v, %v", got, err)
	}
	got, err = ForRecall(many[1:], all[1:], Goal{Share: 0.95})
	if err != nil || got.Score.Known() || !strings.Contains(got.Reason, "58 images are labelled present; a recall of 0.95 can be promised from 59 on") {
		t.Errorf("58 present: %+v, %v", got, err)
	}
	// Five starts: 0.01^(1/90) = 0.950.
	got, err = ForPrecision(many, all, Goal{Share: 0.95})
	if err != nil || got.Score.Known() || !strings.Contains(got.Reason, "shown on 59 labels: it takes 90 images") {
		t.Errorf("59 present: %+v, %v", got, err)
	}
}

func near(got evaluate.Number, want float64) bool { return math.Abs(float64(got)-want) < 1e-6 }

// New images keep what was promised at least as often as it says; what was only measured they keep about half of the time.
func TestPromisesHold(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 1))
	const trials = 500
	for name, c := range map[string]struct {
		f    func([]float32, []labels.Tri, Goal) (Threshold, error)
		goal float64
		of   func(score float64) float64
	}{
		"precision": {ForPrecision, 0.85, func(s float64) float64 { v, _ := beyond(s); return v }},
		"recall":    {ForRecall, 0.9, func(s float64) float64 { _, v := beyond(s); return v }},
	} {
		var broken, plainBroken, none float64
		for range trials {
			scores, truth := draw(rng, 400)
			promised, err1 := c.f(scores, truth, Goal{Share: c.goal, Error: 0.1})
			plain, err2 := c.f(scores, truth, Goal{Share: c.goal, Plain: true})
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			if !promised.Score.Known() {
				none++
			} else if c.of(float64(promised.Score)) < c.goal {
				broken++
			}
			if c.of(float64(plain.Score)) < c.goal {
				plainBroken++
			}
		}
		if broken/trials > 0.12 || plainBroken/trials < 0.3 || none/trials > 0.2 {
			t.Errorf("%s: the promise was broken in %.3f of the trials (want 0.1 at most), a plain choice in %.3f (about 0.5), there was none in %.3f",
				name, broken/trials, plainBroken/trials, none/trials)
		}
	}
}

func TestThresholdErrors(t *testing.T) {
	for says, g := range map[string]Goal{"Share is 0;": {}, "Share is 1;": {Share: 1}, "Error is 0.7;": {Share: 0.9, Error: 0.7}, "Share is NaN": {Share: math.NaN()}} {
		for _, f := range []func([]float32, []labels.Tri, Goal) (Threshold, error){ForPrecision, ForRecall} {
			if got, err := f([]float32{0.5}, []labels.Tri{p}, g); err == nil || !strings.Contains(err.Error(), says) || got.Score.Known() {
				t.Errorf("%+v: %+v, %v", g, got, err)
			}
		}
	}
	if got, err := BestF1([]float32{0.5}, []labels.Tri{a}); err != nil || got.Score.Known() || !strings.Contains(got.Reason, "no image is labelled present") {
		t.Errorf("no present image: %+v, %v", got, err)
	}
	for _, plain := range []bool{true, false} {
		if got, err := ForRecall([]float32{0.5}, []labels.Tri{a}, Goal{Share: 0.5, Plain: plain}); err != nil || got.Score.Known() || got.Reason == "" {
			t.Errorf("recall of nothing: %+v, %v", got, err)
		}
		if got, err := ForPrecision([]float32{0.5}, []labels.Tri{a}, Goal{Share: 0.5, Plain: plain}); err != nil || got.Score.Known() || got.Reason == "" {
			t.Errorf("precision of nothing: %+v, %v", got, err)
		}
	}
	if _, err := BestF1([]float32{0.5}, []labels.Tri{u}); err == nil {
		t.Error("no label is known, no error")
	}
}
