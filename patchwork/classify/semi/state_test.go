package semi

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A rule that goes on from a state sets the same thresholds as one that was never stopped, to the last bit.
func TestState(t *testing.T) {
	const images, classes = 40, 3
	unknown := func(image, class int) bool { return image%7 != class }
	for _, method := range Methods[1:] {
		fresh := func() *Rule {
			r, err := NewRule(method, 0.8, images, classes, unknown)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		rng := rand.New(rand.NewPCG(5, 6))
		look := func(rules ...*Rule) {
			p, seen := make([]float32, 8*classes), rng.Perm(images)[:8]
			for i := range p {
				p[i] = rng.Float32()
			}
			for _, r := range rules {
				r.See(seen, p, unknown)
			}
		}
		whole := fresh()
		for range 9 {
			look(whole)
		}
		first, _ := fresh().Limits()
		cut := fresh()
		if err := cut.Restore(whole.State()); err != nil {
			t.Fatal(err)
		}
		for range 9 {
			look(whole, cut)
		}
		a, sharpA := whole.Limits()
		b, sharpB := cut.Limits()
		if !slices.Equal(a, b) || !slices.Equal(sharpA, sharpB) || string(whole.State()) != string(cut.State()) {
			t.Errorf("%s: thresholds %v, without a stop %v", method, b, a)
		}
		if moved := !slices.Equal(a, first); moved != (method != FixMatch) {
			t.Errorf("%s: thresholds went from %v to %v", method, first, a)
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	all := func(int, int) bool { return true }
	r, err := NewRule(FlexMatch, 0.8, 2, 2, all)
	if err != nil {
		t.Fatal(err)
	}
	was := string(r.State())
	other, _ := NewRule(FlexMatch, 0.8, 3, 2, all)
	means, _ := NewRule(FreeMatch, 0.8, 2, 3, all)
	free, _ := NewRule(FreeMatch, 0.8, 2, 2, all)
	for text, want := range map[string]string{
		"{":                   "cannot be read",
		string(other.State()): "of 6 answers and the pool has 4",
		strings.Replace(was, `"last":"/////w=="`, `"last":"BwAAAA=="`, 1): "has an answer 7",
	} {
		if err := r.Restore(json.RawMessage(text)); err == nil || !strings.Contains(err.Error(), want) || string(r.State()) != was {
			t.Errorf("%s: %v; want %q and an unchanged rule", text, err, want)
		}
	}
	if err := free.Restore(means.State()); err == nil || !strings.Contains(err.Error(), "of 3 classes and the pool has 2") {
		t.Error(err)
	}
}
