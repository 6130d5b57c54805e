package classify

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// pairs are images with two maps. The second, 4×4×2, has two lit places, one beside the other where class a is present and one
// above the other where it is absent: the mean and the largest value of each channel say nothing of it. The first, 3×2×3, is noise
// whose last channel is brighter where class b is present.
func pairs(n int) (Data, *table) {
	rng := rand.New(rand.NewPCG(1, 2))
	t := &table{classes: []string{"a", "b"}, values: make([]labels.Tri, 2*n), validation: make([]bool, n)}
	maps := make([][]float32, n)
	for i := range maps {
		x := make([]float32, 18+32)
		a, b := rng.IntN(2), rng.IntN(2)
		for p := range 18 {
			x[p] = float32(rng.NormFloat64())
			if p%3 == 2 {
				x[p] += 1.5 * float32(b)
			}
		}
		long, short := rng.IntN(4), rng.IntN(3)
		place := func(along int) int {
			if a == 1 {
				return 18 + 2*(4*long+along)
			}
			return 18 + 2*(4*along+long)
		}
		x[place(short)], x[place(short+1)] = 1, 1
		maps[i] = x
		t.values[2*i], t.values[2*i+1] = labels.Tri(a), labels.Tri(b)
		t.validation[i] = i%3 == 0
	}
	return Data{Classes: t.classes, Dim: 50, Features: func(row int) []float32 { return maps[row] }, Table: t, FeatureID: "pairs",
		Taps: []Tap{{"early", network.Shape{Height: 3, Width: 2, Channels: 3}}, {"late", network.Shape{Height: 4, Width: 4, Channels: 2}}}}, t
}

var smallConvnet = Options{Trunk: ConvnetTrunk, Layers: "8", Kernel: 3, Epochs: 12, Steps: 25, Rate: 0.02}

// A convnet sees what lies where; pooling does not.
func TestConvnetSeesPlaces(t *testing.T) {
	d, _ := pairs(240)
	m := train(t, d, smallConvnet)
	if auc := m.Info().Report.Classes[0].Validation.AUC.Value; auc < 0.98 {
		t.Errorf("the convnet has the AUC %.3f", auc)
	}
	pooled := train(t, d, Options{Trunk: PoolingTrunk, Epochs: 5, Rate: 0.02})
	if auc := pooled.Info().Report.Classes[0].Validation.AUC.Value; auc > 0.7 {
		t.Errorf("pooling has the AUC %.3f, and there is nothing to be seen", auc)
	}
	wide := train(t, d, Options{Trunk: MultiscaleTrunk, Epochs: 10, Rate: 0.02})
	if auc := wide.Info().Report.Classes[1].Validation.AUC.Value; auc < 0.9 || wide.Info().Dim != 5 {
		t.Errorf("multiscale has the AUC %.3f from %d numbers", auc, wide.Info().Dim)
	}
	for _, layers := range []string{"6,p,d,4", "r,4", "none"} {
		o := smallConvnet
		o.Layers, o.BatchNorm, o.Separable, o.Pooling, o.Epochs = layers, On, On, network.Flatten, 2
		if m := train(t, d, o); len(m.Info().History) != 2 {
			t.Errorf("%s: %v", layers, m.Info())
		}
	}
}

// Training on maps that are pooled is training on the pooled vectors, bit for bit, with every head.
func TestPoolingIsVectors(t *testing.T) {
	d, _ := pairs(60)
	for _, h := range heads {
		o := quick
		o.Head = h.name
		vectors := d
		vectors.Taps, vectors.Dim = nil, 3
		vectors.Features = func(row int) []float32 {
			return network.AveragePooling.Vector(nil, d.Features(row)[:18], d.Taps[0].Shape)
		}
		want, err := train(t, vectors, o).Scores(t.Context(), 60, vectors.Features)
		if err != nil {
			t.Fatal(err)
		}
		o.Trunk, o.Taps, o.Pooling = PoolingTrunk, "early", network.AveragePooling
		m := train(t, d, o)
		got, err := m.Scores(t.Context(), 60, d.Features)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: scores differ (%v)", h.name, err)
		}
		if m.Mean() != nil {
			t.Errorf("%s: a model of maps has the mean of a vector", h.name)
		}
	}
}

// What is saved, loaded and scored is what was trained: also the running averages, and with rows left out.
// With Normalise a head reads directions: features of any length give the scores of features of length one, and those of maps do so
// once they are pooled.
func TestNormaliseReadsDirections(t *testing.T) {
	long, _ := blobs(120, 12, 3, 0.5, true)
	unit := long
	rows := make([][2][]float32, 120)
	for row := range rows {
		x := slices.Clone(long.Features(row))
		shorten(x, math.Exp(float64(row%7)-3))
		one := slices.Clone(x)
		bringToUnit(one)
		rows[row] = [2][]float32{x, one}
	}
	long.Features = func(row int) []float32 { return rows[row][0] }
	unit.Features = func(row int) []float32 { return rows[row][1] }
	for _, o := range []Options{{}, {Head: LinearHead, Epochs: 4}, {Head: MLPHead, Hidden: 8, Epochs: 4}, {Head: PrototypesHead}, {Head: NeighboursHead}} {
		o.Normalise = On
		got := train(t, long, o)
		o.Normalise = Off
		want := train(t, unit, o)
		if !slices.Equal(scores(t, got, long), scores(t, want, unit)) {
			t.Errorf("head %s: lengths matter", got.Info().Options.Head)
		}
		if slices.Equal(scores(t, train(t, long, o), long), scores(t, want, unit)) {
			t.Errorf("head %s: lengths do not matter without it", got.Info().Options.Head)
		}
	}
	maps, _ := pairs(60)
	o := Options{Trunk: MultiscaleTrunk, Normalise: On}
	r, err := newMapReader(o.WithDefaults(), maps.Taps, maps.Dim)
	if err != nil {
		t.Fatal(err)
	}
	pooled := maps
	pooled.Taps, pooled.Dim = nil, r.width()
	pooled.Features = func(row int) []float32 { return r.read(nil, maps.Features(row)) }
	sum := 0.0
	for _, v := range pooled.Features(5) {
		sum += float64(v) * float64(v)
	}
	if math.Abs(sum-1) > 1e-6 || !slices.Equal(scores(t, train(t, maps, o), maps), scores(t, train(t, pooled, Options{}), pooled)) {
		t.Errorf("pooled maps have the squared length %g, or other scores than such vectors", sum)
	}
	m := train(t, maps, Options{Trunk: ConvnetTrunk, Layers: "8", Epochs: 2, Normalise: On})
	if s := m.head.scale[0]; math.Abs(float64(s)-math.Sqrt(8)) > 1e-5 {
		t.Errorf("what a convnet gives is multiplied by %g; want the root of 8, so that its squares average 1", s)
	}
}

func TestTrunkSaved(t *testing.T) {
	d, _ := pairs(80)
	for _, o := range []Options{smallConvnet, {Trunk: MultiscaleTrunk}, {Trunk: ConvnetTrunk, Layers: "8,d,p", Kernel: 3, BatchNorm: On, Head: MLPHead, Hidden: 12}} {
		o.Epochs, o.Steps, o.Rate = 6, 20, 0.02
		m := train(t, d, o)
		dir := t.TempDir() + "/m"
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		loaded, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		some := func(row int) []float32 {
			if row%7 == 3 {
				return nil
			}
			return d.Features(row % 80)
		}
		want, err1 := m.Scores(t.Context(), 700, some)
		got, err2 := loaded.Scores(t.Context(), 700, some)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i] != want[i] && !(i/2%7 == 3 && got[i] != got[i]) {
				t.Fatalf("%s: score %d is %g, before %g", o.Trunk, i, got[i], want[i])
			}
		}
		if !math.IsNaN(float64(got[6])) || got[0] != got[2*560] {
			t.Errorf("%s: scores %v and %v", o.Trunk, got[6], got[0])
		}
		again := train(t, d, o)
		if !slices.Equal(again.head.weights, m.head.weights) || again.head.sum() != m.head.sum() {
			t.Errorf("%s: the same seed gave other weights", o.Trunk)
		}
		d := d
		d.Start = loaded
		o.Seed = 4
		on := train(t, d, o).Info().History[0].TrainLoss
		if first := m.Info().History[0].TrainLoss; on >= first {
			t.Errorf("%s: going on begins at the loss %.3f, the first training at %.3f", o.Trunk, on, first)
		}
		o.Layers, o.ScalePooling = "5", network.MaxPooling
		if _, err := Train(t.Context(), d, o, nil); err == nil || !strings.Contains(err.Error(), "train from the beginning") {
			t.Errorf("%s: other layers: %v", o.Trunk, err)
		}
	}
}

// Weight decay acts on the kernels of the convnet.
func TestConvnetDecay(t *testing.T) {
	d, _ := pairs(60)
	size := func(decay float64) (sum float64) {
		o := smallConvnet
		o.Epochs, o.WeightDecay = 4, decay
		for _, v := range train(t, d, o).head.convnet.values[0] {
			sum += float64(v) * float64(v)
		}
		return sum
	}
	if free, held := size(1e-9), size(1); held > free/5 {
		t.Errorf("the kernels have the squares %g with decay and %g without", held, free)
	}
}

func TestTrunkErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		o     Options
		spoil func(d *Data)
		says  string
	}{
		"no maps":        {Options{Trunk: PoolingTrunk}, func(d *Data) { d.Taps = nil }, "the trunk pooling reads feature maps and these features are vectors; extract maps"},
		"maps":           {Options{}, nil, "the features are maps and the trunk reads vectors"},
		"two taps":       {Options{Trunk: ConvnetTrunk, Taps: "early,late"}, nil, `reads one map and the taps "early,late" are 2; name one`},
		"no such tap":    {Options{Trunk: MultiscaleTrunk, Taps: "add"}, nil, `the taps "add" fit none of the 2 layers`},
		"shrunk":         {Options{Trunk: ConvnetTrunk, Layers: "4,p,p,p"}, nil, "layer 4 (p) of \"4,p,p,p\" has an input of 1x1x4; want at least 2x2"},
		"bad layers":     {Options{Trunk: ConvnetTrunk, Layers: "4,q"}, nil, `layers is "4,q": network: layer 2 of "4,q" (column 3) is "q"`},
		"even kernel":    {Options{Trunk: ConvnetTrunk, Kernel: 2}, nil, `kernel is "2"; want 1, 3, 5 or 7`},
		"head at once":   {Options{Trunk: ConvnetTrunk, Head: LogisticHead}, nil, `head is "logistic", which is made at once`},
		"another length": {Options{Trunk: PoolingTrunk}, func(d *Data) { d.Dim = 49 }, "Data.Dim is 49 and the taps have 50 numbers together"},
		"a short row":    {Options{Trunk: PoolingTrunk}, func(d *Data) { d.Features = func(int) []float32 { return make([]float32, 7) } }, "row 0 has 7 features; want"},
	} {
		d, _ := pairs(20)
		if tt.spoil != nil {
			tt.spoil(&d)
		}
		if _, err := Train(t.Context(), d, tt.o, nil); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v; want %q", name, err, tt.says)
		}
	}
	d, _ := pairs(20)
	for _, o := range []Options{{Trunk: PoolingTrunk, Epochs: 1}, {Trunk: ConvnetTrunk, Epochs: 1}} {
		m := train(t, d, o)
		if _, err := m.Scores(t.Context(), 3, func(row int) []float32 { return make([]float32, 50-row/2) }); err == nil ||
			err.Error() != "classify: row 2 has 49 features; want 50. Extract the maps again" {
			t.Errorf("%s: scoring rows of another length: %v", o.Trunk, err)
		}
		bad := slices.Repeat([]float32{float32(math.Inf(1))}, 50)
		if _, err := m.Scores(t.Context(), 1, func(int) []float32 { return bad }); err == nil || !strings.Contains(err.Error(), "feature 0 of row 0 is +Inf") {
			t.Errorf("%s: scoring infinity: %v", o.Trunk, err)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	m, err := Train(stopped, d, smallConvnet, func(p Point) {
		if p.EpochEnd {
			cancel()
		}
	})
	if m == nil || !errors.Is(err, context.Canceled) || len(m.head.convnet.values[0]) == 0 {
		t.Errorf("a cancelled training: %v, %v", m, err)
	}
}
