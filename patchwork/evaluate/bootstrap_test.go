package evaluate

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// A replicate is what the figures are of a set in which each image occurs as often as it was drawn.
func TestReplicateRepeatsImages(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for trial := range 20 {
		scores, truth := drawnCase(uint64(trial), 60, 0.8)
		for i := range scores {
			scores[i] = float32(math.Round(float64(scores[i])*20) / 20) // ties, also at the threshold
		}
		k, err := keep(scores, truth)
		if err != nil {
			t.Fatal(err)
		}
		times := make([]uint8, len(scores))
		var again known
		for i, y := range truth {
			times[i] = uint8(rng.IntN(3))
			for range times[i] {
				if y != u {
					again.add(i, scores[i], y == p)
				}
			}
		}
		s := k.strip()
		got := s.replicate(times)
		auc, err1 := again.auc()
		ap, err2 := again.averagePrecision()
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		ece, _ := again.ece(BinOptions{Bins: reportBins})
		n := float64(len(again.scores))
		for figure, want := range map[int]float64{drawnAP: ap, drawnAUC: float64(auc.Value), drawnECE: ece, drawnLoss: again.loss() / n,
			drawnBrier: again.squares() / n, drawnCells: n, drawnF1: float64(again.at(Threshold).F1().Value),
			drawnBalanced: float64(again.at(Threshold).BalancedAccuracy().Value)} {
			if math.Abs(got[figure]-want) > 1e-6 { // losses are float32 in a strip
				t.Errorf("figure %d of repeated images: %v, want %v", figure, got[figure], want)
			}
		}
		once := make([]uint8, len(scores))
		for i := range once {
			once[i] = 1
		}
		if mass, _ := k.ece(BinOptions{Bins: reportBins, EqualMass: true}); math.Abs(s.replicate(once)[drawnMass]-mass) > 1e-6 {
			t.Errorf("equal-mass error of a strip %v, want %v", s.replicate(once)[drawnMass], mass)
		}
	}
}

// The percentile interval of the average precision holds the true one about as often as it says; the turned one of the
// calibration error too, where percentiles fail.
func TestBootstrapCovers(t *testing.T) {
	const share, skill = 0.3, 1.5
	draw := func(rng *rand.Rand, n int) (k known) { // two unit normals, with scores that are too sure of themselves
		for i := range n {
			present := rng.Float64() < share
			z := rng.NormFloat64()
			if present {
				z += skill
			}
			odds := 1.5 * (skill*z - skill*skill/2 + math.Log(share/(1-share)))
			k.add(i, float32(1/(1+math.Exp(-odds))), present)
		}
		return k
	}
	all := draw(rand.New(rand.NewPCG(8, 8)), 400_000)
	trueAP, _ := all.averagePrecision()
	trueECE, _ := all.ece(BinOptions{Bins: reportBins})
	rng := rand.New(rand.NewPCG(1, 2))
	const trials, n = 300, 150
	var ap, ece, naive float64
	for trial := range trials {
		k := draw(rng, n)
		s, b := k.strip(), Bootstrap{Replicates: 200, Seed: uint64(trial)}
		aps, eces := make([]float64, b.Replicates), make([]float64, b.Replicates)
		b.each(n, func(r int, times []uint8) {
			f := s.replicate(times)
			aps[r], eces[r] = f[drawnAP], f[drawnECE]
		})
		v, _ := k.averagePrecision()
		e, _ := k.ece(BinOptions{Bins: reportBins})
		hit := func(i Interval, truth float64) float64 {
			if float64(i.Low) <= truth && truth <= float64(i.High) {
				return 1. / trials
			}
			return 0
		}
		ap += hit(percentiles(v, aps), trueAP)
		ece += hit(turned(e, eces), trueECE)
		naive += hit(percentiles(e, eces), trueECE)
	}
	if ap < 0.88 || ap > 0.98 || ece < 0.85 || naive > 0.6 {
		t.Errorf("covered: average precision %.3f, calibration error %.3f, by percentiles %.3f; want about 0.93, 0.90 and far less", ap, ece, naive)
	}
}

func TestBootstrapInterval(t *testing.T) {
	scores, truth := drawnCase(3, 200, 1)
	k, _ := keep(scores, truth)
	s := k.strip()
	figure := func(times []uint8) float64 { return s.replicate(times)[drawnAP] }
	one, err := Bootstrap{Replicates: 300, Seed: 4}.Interval(len(scores), figure)
	if err != nil {
		t.Fatal(err)
	}
	was := runtime.GOMAXPROCS(1)
	two, _ := Bootstrap{Replicates: 300, Seed: 4}.Interval(len(scores), figure)
	runtime.GOMAXPROCS(was)
	other, _ := Bootstrap{Replicates: 300, Seed: 5}.Interval(len(scores), figure)
	if one != two || one == other || one.Low >= one.Value || one.High <= one.Value {
		t.Errorf("the same seed gave %v and %v, another %v", one, two, other)
	}
	// A mean has a known standard error.
	mean, _ := Bootstrap{Replicates: 2000}.Interval(len(scores), func(times []uint8) float64 {
		sum := 0.0
		for i, n := range times {
			sum += float64(n) * float64(scores[i])
		}
		return sum / float64(len(times))
	})
	var m, v float64
	for _, x := range scores {
		m += float64(x) / float64(len(scores))
	}
	for _, x := range scores {
		v += (float64(x) - m) * (float64(x) - m) / float64(len(scores))
	}
	half := z95 * math.Sqrt(v/float64(len(scores)))
	if got := float64(mean.High-mean.Low) / 2; math.Abs(got/half-1) > 0.06 {
		t.Errorf("half the interval of a mean is %.5f, want %.5f", got, half)
	}
	perfect, _ := Bootstrap{}.Interval(10, func([]uint8) float64 { return 1 })
	never, _ := Bootstrap{}.Interval(10, func([]uint8) float64 { return math.NaN() })
	if perfect.Value != 1 || perfect.Low.Known() || perfect.String() != "1.000" || never.Value.Known() {
		t.Errorf("a figure that cannot change: %v; one that does not exist: %v", perfect, never)
	}
	if _, err := (Bootstrap{}).Interval(0, nil); err == nil || !strings.Contains(err.Error(), "0 images; want 1 or more") {
		t.Errorf("no images: %v", err)
	}
	if _, err := (Bootstrap{Replicates: -1}).Interval(1, nil); err == nil || !strings.Contains(err.Error(), "Replicates is -1") {
		t.Errorf("-1 replicates: %v", err)
	}
}

func TestReplicatesShrinkWithLabels(t *testing.T) {
	for cells, want := range map[int]int{1: 200, 200_000: 200, 400_000: 100, 10_000_000: 40} {
		if got := (Bootstrap{}).withDefaults(cells).Replicates; got != want {
			t.Errorf("%d labels: %d replicates, want %d", cells, got, want)
		}
	}
	if got := (Bootstrap{Replicates: 7}).withDefaults(1e9).Replicates; got != 7 {
		t.Errorf("asked for 7 replicates, got %d", got)
	}
}

// BenchmarkEvaluate is a report of 100,000 images with ten classes, all known and all held out, the dearest case.
func BenchmarkEvaluate(b *testing.B) {
	const rows, classes = 100_000, 10
	t := dense{rows, classes, make([]labels.Tri, rows*classes)}
	scores := make([]float32, rows*classes)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range scores {
		t.values[i] = labels.Tri(rng.IntN(2))
		scores[i] = float32(1 / (1 + math.Exp(-(2*float64(t.values[i]) - 1 + rng.NormFloat64()))))
	}
	d := Data{Table: t, Scores: func(row int) []float32 { return scores[row*classes : (row+1)*classes] }}
	for _, kind := range []string{"plain", "bootstrap", "bootstrap and subsets"} {
		if kind != "plain" {
			d.Bootstrap = &Bootstrap{}
		}
		if kind == "bootstrap and subsets" {
			d.Subset = func(row int) string { return string(rune('a' + row%5)) }
		}
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				if _, err := Evaluate(d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// dense is a table of validation rows.
type dense struct {
	rows, classes int
	values        []labels.Tri
}

func (d dense) Len() int { return d.rows }
func (d dense) Classes() []string {
	return []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}[:d.classes]
}
func (d dense) Value(row, class int) labels.Tri { return d.values[row*d.classes+class] }
func (d dense) Excluded(int) bool               { return false }
func (d dense) Validation(int) bool             { return true }
