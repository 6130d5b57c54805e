package segment

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func row(n int, labels ...int32) Map { return Map{W: len(labels), H: 1, N: n, Labels: labels} }

func TestGrid(t *testing.T) {
	m, err := Grid(5, 3, 2, 2)
	want := []int32{
		0, 0, 0, 1, 1,
		0, 0, 0, 1, 1,
		2, 2, 2, 3, 3,
	}
	if err != nil || m.N != 4 || !reflect.DeepEqual(m.Labels, want) {
		t.Errorf("%v, error %v; want %v", m, err, want)
	}
	for _, bad := range [][4]int{{0, 3, 1, 1}, {3, -1, 1, 1}, {3, 3, 4, 1}, {3, 3, 1, 0}, {1 << 40, 1 << 40, 1, 1}} {
		if _, err := Grid(bad[0], bad[1], bad[2], bad[3]); err == nil {
			t.Errorf("Grid%v is no error", bad)
		}
	}
}

func TestDrawTellsWhatIsLost(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	// 0 in both, 1 in the first only, 2 in the second only, 3 in none, and one pixel from outside of the image.
	a, b := row(4, 0, 0, 1, None), row(4, 2, 0, 2, 2)
	p, err := Draw(a, b, 1, rng)
	want := Pair{Labels: []int32{0}, AreaA: []int{2}, AreaB: []int{1}, Common: 1, Lost: 2}
	if err != nil || !reflect.DeepEqual(p, want) {
		t.Errorf("got %+v, error %v; want %+v", p, err, want)
	}
	p, _ = Draw(a, b, 3, rng)
	if want := []int32{0, 0, 0}; !p.Replaced || !reflect.DeepEqual(p.Labels, want) {
		t.Errorf("three of one segment: %+v; want %v, replaced", p, want)
	}
	p, _ = Draw(row(2, 0), row(2, 1), 2, rng)
	if want := (Pair{Labels: []int32{None, None}, AreaA: []int{0, 0}, AreaB: []int{0, 0}, Lost: 2}); !reflect.DeepEqual(p, want) {
		t.Errorf("nothing common: %+v; want %+v", p, want)
	}
}

// TestDrawFollowsWeights compares frequencies with probabilities by hand: the weights are 1+1+1, 1+2+1 and 1+1+2, which
// are 3, 4 and 4 of 11.
func TestDrawFollowsWeights(t *testing.T) {
	a, b := row(3, 0, 1, 1, 2), row(3, 0, 1, 2, 2)
	rng := rand.New(rand.NewPCG(7, 8))
	var first, second [3]float64
	const n = 20000
	for range n {
		p, err := Draw(a, b, 2, rng)
		if err != nil || p.Labels[0] == p.Labels[1] {
			t.Fatalf("%+v, error %v; want two different segments", p, err)
		}
		first[p.Labels[0]]++
		second[p.Labels[1]]++
	}
	// Second place of segment 0: after 1 or 2, 4/11 each, it is 3 of the 7 that are left.
	for _, tt := range []struct{ got, want float64 }{{first[0] / n, 3. / 11}, {first[1] / n, 4. / 11}, {second[0] / n, 24. / 77}} {
		if math.Abs(tt.got-tt.want) > 0.0135 { // four standard errors
			t.Errorf("frequency %.4f; want %.4f", tt.got, tt.want)
		}
	}
}

func TestDrawWithReplacementIsUniform(t *testing.T) {
	a, b := row(2, 0, 0, 0, 0, 0, 1), row(2, 0, 0, 0, 0, 0, 1)
	p, err := Draw(a, b, 10000, rand.New(rand.NewPCG(2, 3)))
	ones := 0
	for _, l := range p.Labels {
		ones += int(l)
	}
	if err != nil || !p.Replaced || math.Abs(float64(ones)-5000) > 200 { // four standard errors
		t.Errorf("segment 1 is drawn %d times of 10000, error %v; want 5000 ± 200", ones, err)
	}
}

func TestDrawErrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, tt := range []struct {
		a, b Map
		k    int
		want string
	}{
		{row(1, 0), row(1, 0), 0, "k is 0"},
		{row(1, 0), row(2, 0), 1, "two views of one map"},
		{row(1, 0), Map{W: 2, H: 2, N: 1, Labels: []int32{0}}, 1, "view 2: a map of 2 x 2 pixels has 1 labels"},
		{row(-1, 0), row(-1, 0), 1, "-1 segments"},
	} {
		if _, err := Draw(tt.a, tt.b, tt.k, rng); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v; want one with %q", err, tt.want)
		}
	}
}

// TestWeights checks masks by hand: three columns are spread over two places, so the middle one is halved.
func TestWeights(t *testing.T) {
	m := Map{W: 3, H: 2, N: 3, Labels: []int32{0, 0, 1, 0, 0, 1}}
	got, err := m.Weights([]int32{0, 1, 2, None, 0}, 1, 2)
	want := []float32{0.75, 0.25, 0, 1, 0, 0, 0, 0, 0.75, 0.25}
	for i := range want {
		if err != nil || math.Abs(float64(got[i]-want[i])) > 1e-6 {
			t.Fatalf("got %v, error %v; want %v", got, err, want)
		}
	}
	// Enlarging spreads a pixel over all the places it covers.
	got, err = row(2, 0, 1).Weights([]int32{1}, 2, 4)
	for i, want := range []float32{0, 0, 0.25, 0.25, 0, 0, 0.25, 0.25} {
		if err != nil || got[i] != want {
			t.Fatalf("enlarged: got %v, error %v", got, err)
		}
	}
	if _, err := m.Weights(nil, 0, 3); err == nil {
		t.Error("0 x 3 places are no error")
	}
}

func TestReport(t *testing.T) {
	half := Report{K: 2}
	for i := range 20 {
		a, b := row(2, 0, 1), row(2, 1, 0) // as it should be
		switch i % 4 {
		case 1:
			b = row(2, 0, 0) // one lost, one drawn twice
		case 2:
			a, b = row(2, 0, 0), row(2, 1, 1) // none common
		case 3:
			a, b = row(2, 0, 0), row(2, 0, 0) // one in none, one drawn twice
		}
		p, err := Draw(a, b, 2, rand.New(rand.NewPCG(9, uint64(i))))
		if err != nil {
			t.Fatal(err)
		}
		half.Add(p)
	}
	var got Report
	got.Join(half)
	got.Join(half)
	if want := (Report{Images: 40, K: 2, Common: 40, Lost: 30, AnyLost: 20, Replaced: 20, Empty: 10}); got != want {
		t.Errorf("got %+v; want %+v", got, want)
	}
	for _, part := range []string{"20 (50.0%)", "10 (25.0%)", "Draw fewer segments"} {
		if !strings.Contains(got.String(), part) {
			t.Errorf("%q lacks %q", got, part)
		}
	}
	if s := (Report{}).String(); s != "No images were checked." {
		t.Errorf("an empty report says %q", s)
	}
}
