package evaluate

import (
	"math"
	"strings"
	"testing"
)

func TestPosterior(t *testing.T) {
	// scipy.stats.beta(6.5, 4.5).ppf([0.025, 0.975]), scipy 1.10.
	i := Posterior{6, 10}.Interval()
	if i.Value != 0.6 || !near(i.Low, 0.30367949, 1e-8) || !near(i.High, 0.8469329, 1e-7) {
		t.Errorf("6 of 10: %v to %v", float64(i.Low), float64(i.High))
	}
	if i := (Posterior{10, 10}).Interval(); i.High != 1 || i.Low > 0.85 {
		t.Errorf("all of 10: %v", i)
	}
	nothing := Posterior{}
	if nothing.Interval().Value.Known() || math.Abs(nothing.Above(0.5)-0.5) > 1e-12 {
		t.Errorf("nothing seen: %v, above one half with %v", nothing.Interval(), nothing.Above(0.5))
	}
	for _, bad := range []float64{(Posterior{3, 2}).Above(0.5), (Posterior{1, 2}).Above(1.5), (Posterior{1, 2}).Quantile(math.NaN()), (Posterior{-1, 2}).Quantile(0.5)} {
		if !math.IsNaN(bad) {
			t.Errorf("an impossible question got the answer %v", bad)
		}
	}
}

func TestClopperPearsonEnds(t *testing.T) {
	// All of n: low is error^(1/n); none: high is 1 - error^(1/n).
	low, high, err := ClopperPearson(8, 8, 0.05)
	if err != nil || math.Abs(low-math.Pow(0.05, 1./8)) > 1e-12 || high != 1 {
		t.Errorf("8 of 8: %v to %v, %v", low, high, err)
	}
	low, high, err = ClopperPearson(0, 8, 0.05)
	if err != nil || low != 0 || math.Abs(high-1+math.Pow(0.05, 1./8)) > 1e-12 {
		t.Errorf("0 of 8: %v to %v, %v", low, high, err)
	}
	if low, high, err = ClopperPearson(0, 0, 0.05); err != nil || low != 0 || high != 1 {
		t.Errorf("nothing seen: %v to %v, %v", low, high, err)
	}
	for _, bad := range []struct {
		k, n  int
		error float64
	}{{3, 2, 0.05}, {-1, 2, 0.05}, {1, 2, 0}, {1, 2, 0.5}, {1, 2, math.NaN()}} {
		if _, _, err := ClopperPearson(bad.k, bad.n, bad.error); err == nil || !strings.Contains(err.Error(), "want 0 to all") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestSampleSize(t *testing.T) {
	for _, tt := range []struct{ share, half float64 }{{0.5, 0.05}, {0.9, 0.05}, {1, 0.1}, {0, 0.01}, {0.3, 0.49}} {
		n, err := SampleSize(tt.share, tt.half)
		if err != nil {
			t.Fatal(err)
		}
		width := func(n int) float64 { i := wilson(tt.share, float64(n)); return float64(i.High - i.Low) }
		if width(n) > 2*tt.half || n > 1 && width(n-1) <= 2*tt.half {
			t.Errorf("%+v: %d labels, width %.4f, with one fewer %.4f", tt, n, width(n), width(n-1))
		}
	}
	// The textbook number for an unknown share to within 5 %: 1.96²/(4·0.05²) = 385, less z² for Wilson's.
	if n, _ := SampleSize(0.5, 0.05); n != 381 {
		t.Errorf("one half to within 5 %%: %d labels, want 381", n)
	}
	for _, bad := range [][2]float64{{1.1, 0.1}, {0.5, 0}, {0.5, 0.5}, {math.NaN(), 0.1}} {
		if _, err := SampleSize(bad[0], bad[1]); err == nil || !strings.Contains(err.Error(), "want a share from 0 to 1") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}
