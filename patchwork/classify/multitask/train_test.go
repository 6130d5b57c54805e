package multitask

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// quick is enough for the small problems below.
var quick = Options{Trunk: "16", Epochs: 6, Steps: 25, BatchSize: 16, Rate: 0.02}

// problem is n vectors of dim numbers in four groups around centres of a seed, with two tasks: which of three (two groups
// are one category), and whether the first number is above 0. A share of the cells is blank.
func problem(n, dim int, spread, blank float64) Data {
	rng := rand.New(rand.NewPCG(7, 7))
	centres := make([][]float64, 4)
	for g := range centres {
		for range dim {
			centres[g] = append(centres[g], rng.NormFloat64())
		}
	}
	t := &Table{File: "tasks.csv", Tasks: []Task{{"kind", []string{"a", "b", "c"}}, {"sign", []string{"minus", "plus"}}}}
	x := make([][]float32, n)
	for i := range n {
		g := i % 4
		for j := range dim {
			x[i] = append(x[i], float32(centres[g][j]+spread*rng.NormFloat64()))
		}
		values := []int{[]int{0, 1, 2, 2}[g], 0}
		if x[i][0] > 0 {
			values[1] = 1
		}
		for k := range values {
			if rng.Float64() < blank {
				values[k] = Unknown
			}
		}
		t.Rows, t.Lines, t.Excluded, t.Values = append(t.Rows, i), append(t.Lines, i+2), append(t.Excluded, false), append(t.Values, values...)
	}
	return Data{Table: t, Input: network.Vector(dim), Features: func(row int) []float32 { return x[row] }, FeatureID: "made-1"}
}

func train(t testing.TB, d Data, o Options) *Model {
	t.Helper()
	m, err := Train(t.Context(), d, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTrainLearns(t *testing.T) {
	d := problem(240, 12, 0.4, 0.3)
	m := train(t, d, quick)
	info := m.Info()
	kind, sign := info.Report[0], info.Report[1]
	if kind.Task != "kind" || kind.Commonest != "c" || kind.Validation.Accuracy.Low < kind.Validation.Guess || sign.Validation.Accuracy.Low < sign.Validation.Guess {
		t.Errorf("not better than a guess:\n%s", info)
	}
	each, blank := d.Table.counts(0)
	if kind.Validation.Images+kind.Train.Images != 240-blank || kind.Validation.Images < 25 || len(kind.Validation.Recall) != 3 || len(each) != 3 {
		t.Errorf("figures of kind: %+v", kind)
	}
	first, last := info.History[0], info.History[len(info.History)-1]
	if len(info.History) != 6 || last.TrainLoss >= first.TrainLoss || last.Step != 150 || last.Epoch != 6 || len(last.Tasks) != 2 || last.Tasks[0].Weight != 1 {
		t.Errorf("history: %+v", info.History)
	}
	if info.Ended != Completed || info.Generation != 0 || info.FeatureID != "made-1" || info.Parameters != 12*16+16+16*3+3+16*2+2 {
		t.Errorf("info: %+v", info)
	}
	for _, part := range []string{"2 tasks from ", "trunk 16, heads none: 293 parameters", "kind  "} {
		if !strings.Contains(info.String(), part) {
			t.Errorf("summary lacks %q:\n%s", part, info)
		}
	}
	scores, err := m.Scores(t.Context(), 240, func(row int) []float32 {
		if row == 5 {
			return nil
		}
		return d.Features(row)
	})
	if err != nil || len(scores) != 240*5 {
		t.Fatalf("%d scores, %v", len(scores), err)
	}
	for row := range 240 {
		s := scores[row*5 : row*5+5]
		c, p := m.Best(s, 1)
		if row == 5 {
			if c != Unknown || p == p || s[0] == s[0] {
				t.Errorf("a row without features has %v", s)
			}
			continue
		}
		if sum := s[0] + s[1] + s[2]; math.Abs(float64(sum-1)) > 1e-5 || math.Abs(float64(s[3]+s[4]-1)) > 1e-5 || p != max(s[3], s[4]) || s[3+c] != p {
			t.Fatalf("row %d: %v, best of sign %d with %g", row, s, c, p)
		}
	}
}

// TestWhatIsBlankDoesNotTeach: neither the features of images of which nothing is known, nor of those that are excluded,
// unusable or held out, change the weights; a blank cell is no category.
func TestWhatIsBlankDoesNotTeach(t *testing.T) {
	made := func(noise bool) Data {
		d := problem(120, 6, 0.5, 0)
		d.Table.HeldOut = make([]bool, 120)
		for i := range 40 {
			switch i % 4 {
			case 0:
				d.Table.Values[2*i], d.Table.Values[2*i+1] = Unknown, Unknown
			case 1:
				d.Table.Excluded[i] = true
			case 2:
				d.Table.HeldOut[i] = true
			}
		}
		d.Usable = func(row int) bool { return row >= 40 || row%4 != 3 }
		if x := d.Features; noise {
			d.Features = func(row int) []float32 {
				if row < 40 {
					return []float32{9, 9, 9, 9, 9, 9}
				}
				return x(row)
			}
		}
		return d
	}
	o := quick
	o.Epochs = 1 // the held-out images choose the epoch
	a, b := train(t, made(false), o), train(t, made(true), o)
	if a.weights.sum("") != b.weights.sum("") {
		t.Error("images that do not teach changed the weights")
	}
	if i := a.Info(); i.TrainImages != 80 || i.ValidationImages != 10 {
		t.Errorf("%d images teach and %d measure, want 80 and 10", i.TrainImages, i.ValidationImages)
	}
}

func TestSameSeedSameWeights(t *testing.T) {
	d := problem(120, 8, 0.5, 0.2)
	o := quick
	o.Trunk, o.BatchNorm, o.Weighting, o.Balance = "16,d,r", true, AdaptiveWeights, true
	a, b := train(t, d, o), train(t, d, o)
	if a.weights.sum("") != b.weights.sum("") || !reflect.DeepEqual(a.Info().History[5].Tasks, b.Info().History[5].Tasks) {
		t.Error("two trainings with one seed gave other weights")
	}
	o.Seed = 5
	if train(t, d, o).weights.sum("") == a.weights.sum("") {
		t.Error("another seed gave the same weights")
	}
}

// TestBestWeightsAreKept: what comes back has the loss of the best epoch, and patience ends the training behind it.
func TestBestWeightsAreKept(t *testing.T) {
	d := problem(60, 30, 2.5, 0)
	o := Options{Trunk: "32", Epochs: 8, Steps: 25, BatchSize: 16, Rate: 0.01, WeightDecay: 1e-9, HoldOut: 0.4}
	info := train(t, d, o).Info()
	best := info.History[int(info.BestEpoch)-1]
	if info.BestEpoch == 8 {
		t.Fatalf("the last epoch is the best, so nothing is shown: %+v", info.History)
	}
	for _, p := range info.History {
		if p.ValidationLoss < best.ValidationLoss {
			t.Errorf("epoch %v has a loss of %v, the kept one %v", p.Epoch, p.ValidationLoss, best.ValidationLoss)
		}
	}
	got := float64(info.Report[0].Validation.Loss+info.Report[1].Validation.Loss) / 2
	if math.Abs(got-float64(best.ValidationLoss)) > 1e-5*got || !best.Best {
		t.Errorf("the kept weights have a held-out loss of %.6f, epoch %v had %.6f", got, info.BestEpoch, best.ValidationLoss)
	}
	o.Patience = 2
	if early := train(t, d, o).Info(); early.Ended != NoBetter || len(early.History) != int(info.BestEpoch)+2 || early.BestEpoch != info.BestEpoch {
		t.Errorf("patience 2: ended %q after %d epochs, best %v; want %q after %v", early.Ended, len(early.History), early.BestEpoch, NoBetter, info.BestEpoch+2)
	}
}

func TestWeighting(t *testing.T) {
	d := problem(160, 8, 0.6, 0.2)
	adaptive := quick
	adaptive.Weighting = AdaptiveWeights
	info := train(t, d, adaptive).Info()
	last := info.History[len(info.History)-1]
	// The loss falls below ½, so the best s = ln(2L) lies below its start of 1 and the weight exp(-s) rises above exp(-1).
	for k, task := range last.Tasks {
		if task.Weight <= math.Exp(-1)*1.2 || math.IsInf(task.Weight, 0) {
			t.Errorf("task %d has the weight %g after training", k, task.Weight)
		}
	}
	manual := quick
	manual.Weighting, manual.Weights = ManualWeights, map[string]float64{"sign": 50}
	heavy := train(t, d, manual)
	if w := heavy.Info().History[0].Tasks; w[0].Weight != 1 || w[1].Weight != 50 {
		t.Errorf("manual weights are %+v, want 1 and 50", w)
	}
	p := heavy.Info().History[0]
	if want := (float64(p.Tasks[0].Loss) + 50*float64(p.Tasks[1].Loss)) / 51; math.Abs(want-float64(p.ValidationLoss)) > 1e-12 {
		t.Errorf("the watched loss is %v, want %v", p.ValidationLoss, want)
	}
	if heavy.weights.sum("") == train(t, d, quick).weights.sum("") {
		t.Error("a weight of 50 changed nothing")
	}
}

// TestBalance: with 1 in 12 of a category and no way to tell, a balanced training gives it half of the probability.
func TestBalance(t *testing.T) {
	table := &Table{Tasks: []Task{{"rare", []string{"no", "yes"}}}}
	for i := range 120 {
		v := 0
		if i%12 == 0 {
			v = 1
		}
		table.Rows, table.Lines, table.Excluded, table.Values = append(table.Rows, i), append(table.Lines, i+2), append(table.Excluded, false), append(table.Values, v)
	}
	x := []float32{0, 0}
	d := Data{Table: table, Input: network.Vector(2), Features: func(int) []float32 { return x }}
	for balance, want := range map[bool]float64{false: 1. / 12, true: 0.5} {
		o := quick
		o.Balance, o.Rate = balance, 0.005
		scores, err := train(t, d, o).Scores(t.Context(), 1, d.Features)
		if err != nil || math.Abs(float64(scores[1])-want) > 0.06 {
			t.Errorf("balance %v gives the rare category %v, want %.3f; %v", balance, scores, want, err)
		}
	}
}

// TestTeacher: a student of few labels comes nearer to what a good teacher says.
func TestTeacher(t *testing.T) {
	many := problem(400, 12, 0.8, 0)
	o := quick
	o.Epochs, o.WeightDecay = 10, 1e-4
	teacher := train(t, many, o)
	few := problem(400, 12, 0.8, 0)
	few.Table.HeldOut = make([]bool, 400)
	for i := range 400 {
		if i >= 60 {
			few.Table.Values[2*i] = Unknown // kind; sign stays, so that the images still take part
		}
	}
	apart := func(m *Model) (sum float64) {
		a, err1 := m.Scores(t.Context(), 400, few.Features)
		b, err2 := teacher.Scores(t.Context(), 400, few.Features)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for i := range a {
			sum += math.Abs(float64(a[i]-b[i])) / 400
		}
		return sum
	}
	alone := train(t, few, o)
	few.Teacher = teacher
	taught := train(t, few, o)
	if a, b := apart(alone), apart(taught); b > 0.7*a {
		t.Errorf("a student is %.4f from the teacher, and %.4f without one", b, a)
	}
	if i := taught.Info(); i.Generation != 1 || i.Options.Distill != 1 || alone.Info().Options.Distill != 0 {
		t.Errorf("generation %d, distill %g", i.Generation, i.Options.Distill)
	}
	again := train(t, many, o)
	many.Teacher = again
	o.Distill = 1e-9
	if first := train(t, many, o); first.weights.sum("") == again.weights.sum("") {
		t.Error("a student begins with the weights of its teacher")
	}
}

func TestTeacherMustFit(t *testing.T) {
	teacher := train(t, problem(60, 6, 0.5, 0), quick)
	for _, tt := range []struct {
		name  string
		spoil func(d *Data)
		says  string
	}{
		{"other features", func(d *Data) { d.FeatureID = "made-2" }, "the teacher reads the features made-1 of 6, and these are made-2 of 6"},
		{"other categories", func(d *Data) { d.Table.Tasks[0].Categories = []string{"a", "b", "d"} }, `the teacher knows the categories ["a" "b" "c"] of the task "kind", and the table has ["a" "b" "d"]`},
		{"no task in common", func(d *Data) { d.Table.Tasks[0].Name, d.Table.Tasks[1].Name = "x", "y" }, "knows none of the tasks"},
	} {
		d := problem(60, 6, 0.5, 0)
		d.Teacher = teacher
		tt.spoil(&d)
		if _, err := Train(t.Context(), d, quick, nil); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	d := problem(60, 6, 0.5, 0)
	d.Teacher, d.Table.Tasks[1].Name = teacher, "new"
	o := quick
	o.Seed = 3
	warnings := train(t, d, o).Info().Warnings
	if !slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, "task new: the teacher does not know it") }) ||
		!slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, "the teacher was trained with seed 0") }) {
		t.Errorf("warnings: %q", warnings)
	}
}

// TestMaps trains on maps whose answer lies in one place, which a mean over the map hides.
func TestMaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	const n = 160
	in := network.Shape{Height: 4, Width: 4, Channels: 3}
	x := make([][]float32, n)
	table := &Table{Tasks: []Task{{"spot", []string{"no", "yes"}}}}
	for i := range n {
		for range in.Size() {
			x[i] = append(x[i], float32(rng.NormFloat64()))
		}
		if i%2 == 1 {
			at := rng.IntN(16)
			copy(x[i][3*at:], []float32{5, -5, 5})
		}
		table.Rows, table.Lines, table.Excluded, table.Values = append(table.Rows, i), append(table.Lines, i+2), append(table.Excluded, false), append(table.Values, i%2)
	}
	d := Data{Table: table, Input: in, Features: func(row int) []float32 { return x[row] }}
	m := train(t, d, Options{Trunk: "8", Heads: "8,p,d,8", Epochs: 8, Steps: 30, BatchSize: 16, Rate: 0.01, BatchNorm: true})
	if r := m.Info().Report[0]; r.Validation.Accuracy.Value < 0.9 {
		t.Errorf("accuracy %v, want 0.9 or more", r.Validation.Accuracy)
	}
	if o := m.Info().Options; o.Kernel != 3 || o.Pooling != network.MaxPooling {
		t.Errorf("defaults: %+v", o)
	}
	if o := (Options{}).withDefaults(in, false); o.Trunk != "none" || o.Heads != "128,p,128" {
		t.Errorf("defaults on maps: %+v", o)
	}
}

func TestCancel(t *testing.T) {
	d := problem(60, 6, 0.5, 0)
	ctx, cancel := context.WithCancel(t.Context())
	var points []Point
	m, err := Train(ctx, d, quick, func(p Point) {
		if points = append(points, p); p.EpochEnd && p.Epoch == 2 {
			cancel()
		}
	})
	if m == nil || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped after step 50 of 150") {
		t.Fatalf("%v, %v", m, err)
	}
	if i := m.Info(); i.Ended != Cancelled || len(i.History) != 2 || len(i.Report) != 2 {
		t.Errorf("%+v", i)
	}
	if last := points[len(points)-1]; !last.EpochEnd || last.Step != 50 || !last.ValidationLoss.Known() {
		t.Errorf("last point %+v", last)
	}
	ctx, cancel = context.WithCancel(t.Context())
	m, err = Train(ctx, d, quick, func(Point) { cancel() }) // at the first step
	if m == nil || !errors.Is(err, context.Canceled) || m.Info().BestEpoch != 1./25 {
		t.Errorf("cancelled within an epoch: %v, %v", m, err)
	}
	if m, err := Train(ctx, d, quick, nil); m != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v, %v", m, err)
	}
}

func TestTrainErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(d *Data, o *Options)
		says  []string
	}{
		{"typing mistake in a line of layers", func(d *Data, o *Options) { o.Trunk = "128,q" },
			[]string{`multitask.Options: Trunk: network: layer 2 of "128,q" (column 5) is "q"; want`}},
		{"pooling of vectors", func(d *Data, o *Options) { o.Heads = "8,p" }, []string{`Heads: network: layer 2 (p) of "8,p" pools maps`}},
		{"all at once", func(d *Data, o *Options) {
			*o = Options{Weighting: "best", Sampling: "x", HoldOut: 1, Epochs: -1, Steps: -2, BatchSize: -3, Rate: 2, WeightDecay: -1, Patience: -4, Distill: -1, Pooling: network.KeepMap, Kernel: 4}
		}, []string{`Weighting is "best"`, `Sampling is "x"`, "HoldOut is 1;", "Epochs is -1", "Steps is -2", "BatchSize is -3", "Rate is 2", "WeightDecay is -1", "Patience is -4", "Distill is -1", `Pooling is "keep"`, "Kernel is 4"}},
		{"weights without manual", func(d *Data, o *Options) { o.Weights = map[string]float64{"kind": 2} }, []string{`Weights are given and Weighting is ""; want "manual"`}},
		{"weights", func(d *Data, o *Options) {
			o.Weighting, o.Weights = ManualWeights, map[string]float64{"knd": 2, "sign": 0}
		},
			[]string{`Weights names the task "knd"; the table has ["kind" "sign"]`, `Weights gives "sign" 0; want more than 0`}},
		{"one image a batch", func(d *Data, o *Options) { o.BatchNorm, o.BatchSize = true, 1 }, []string{"BatchSize is 1 and BatchNorm is on"}},
		{"category in validation alone", func(d *Data, o *Options) {
			d.Table.HeldOut = make([]bool, 60)
			for i := range 60 {
				d.Table.HeldOut[i] = d.Table.Value(i, 0) == 1
			}
		}, []string{`tasks.csv:3: column "kind": nothing teaches "b", because every image with it is held out; have one that is none of these, or blank the cells`}},
		{"category without features", func(d *Data, o *Options) {
			x := d.Features
			d.Features = func(row int) []float32 {
				if row%4 == 0 {
					return nil
				}
				return x(row)
			}
		}, []string{`tasks.csv:2: column "kind": nothing teaches "a", because every image with it is without features`}},
		{"nothing to learn from", func(d *Data, o *Options) { d.Usable = func(int) bool { return false } },
			[]string{"no image to learn from: of the 60 images in tasks.csv, 0 are held out, 60 excluded, 0 blank"}},
		{"length", func(d *Data, o *Options) { d.Input = network.Vector(7) }, []string{"row 0 has 6 features; want 7"}},
		{"not finite", func(d *Data, o *Options) {
			d.Features = func(row int) []float32 { return []float32{0, 0, 0, float32(math.Inf(1)), 0, 0} }
		}, []string{"feature 3 of row 0 is +Inf; want a finite number"}},
		{"no table", func(d *Data, o *Options) { d.Table = nil }, []string{"needs a Table and Features"}},
	} {
		d, o := problem(60, 6, 0.5, 0), quick
		tt.spoil(&d, &o)
		m, err := Train(t.Context(), d, o, nil)
		for _, says := range tt.says {
			if m != nil || err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v\nlacks %s", tt.name, err, says)
			}
		}
	}
	d := problem(60, 6, 0.5, 0)
	d.Usable = func(int) bool { return false }
	if _, err := Train(t.Context(), d, quick, nil); !errors.Is(err, ErrNoLabels) {
		t.Error(err)
	}
	d.Usable, d.Table.HeldOut = nil, slices.Repeat([]bool{true}, 59)
	d.Table.HeldOut = append(d.Table.HeldOut, false)
	if _, err := Train(t.Context(), d, quick, nil); !errors.As(err, new(*labels.ImportError)) {
		t.Error(err)
	}
}

func TestWarnings(t *testing.T) {
	d := problem(40, 6, 0.5, 0)
	d.Table.HeldOut = make([]bool, 40)
	d.Table.HeldOut[0] = true
	d.Table.Values[1] = Unknown // sign of the held-out image
	d.Table.Tasks[0].Categories = []string{"A", "a", "b"}
	x := d.Features
	d.Features = func(row int) []float32 {
		if row == 7 {
			return nil
		}
		return x(row)
	}
	info := train(t, d, quick).Info()
	for _, says := range []string{`"A" and "a" differ in capital letters alone`, "1 images of the table have no features", "task sign: it is blank for every held-out image",
		`task kind: no held-out image is "b"`} {
		if !slices.ContainsFunc(info.Warnings, func(w string) bool { return strings.Contains(w, says) }) {
			t.Errorf("no warning says %q: %q", says, info.Warnings)
		}
	}
	if p := info.History[0].Tasks[1]; p.Loss.Known() || p.Accuracy.Value.Known() || info.Report[1].Validation.Guess.Known() {
		t.Errorf("figures of a task that nothing measures: %+v", p)
	}
	d.Table.HeldOut[0] = false
	info = train(t, d, quick).Info()
	if info.History[0].ValidationLoss.Known() || !slices.ContainsFunc(info.Warnings, func(w string) bool { return strings.Contains(w, "no image is held out") }) {
		t.Errorf("nothing held out: %q, %v", info.Warnings, info.History[0].ValidationLoss)
	}
	best := slices.MinFunc(info.History, func(a, b Point) int {
		if a.TrainLoss < b.TrainLoss {
			return -1
		}
		return 1
	})
	if best.Epoch != info.BestEpoch {
		t.Errorf("kept epoch %v, the lowest training loss is in %v", info.BestEpoch, best.Epoch)
	}
}
