package classify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// One logarithm for many numbers gives the sum of theirs, whatever the weights, and does not overflow.
func TestSumOfLogs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var s sumOfLogs
	if s.total() != 0 {
		t.Errorf("of nothing %g, want 0", s.total())
	}
	want := 0.0
	for i := range 10_000 {
		weight, v := float64(1+i/4000), 2-rng.Float64()/10
		if i%7 == 0 {
			weight = rng.Float64()
		}
		s.add(weight, v)
		want += weight * math.Log(v)
	}
	if got := s.total(); !(math.Abs(got-want) < 1e-9*want) {
		t.Errorf("%.12g, want %.12g", got, want)
	}
}
