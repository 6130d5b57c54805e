package pretrain

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

func TestSettings(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Cards() {
		if names[c.Name] || c.About == "" || c.Source == "" || c.Rate <= 0 || c.Optimiser == "" {
			t.Errorf("the card %+v is not whole, or there are two", c)
		}
		names[c.Name] = true
		m, err := New(c.Name)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.(Checker).Check(); err != nil {
			t.Errorf("the defaults of %s are refused: %v", c.Name, err)
		}
		for _, s := range Settings(m) {
			if s.About == "" {
				t.Errorf("%s of %s says nothing about itself", s.Name, c.Name)
			}
			if err := Set(m, s.Name, s.Value); err != nil {
				t.Errorf("%s does not take its own default: %v", s.Name, err)
			}
		}
	}
	m := NewSimCLR()
	for text, says := range map[string]string{"warm": "want a number", "NaN": "want a number"} {
		if err := Set(m, "temperature", text); err == nil || !strings.Contains(err.Error(), says) || m.Temperature != 0.1 {
			t.Errorf("temperature %q: %v, and it is %g", text, err, m.Temperature)
		}
	}
	if err := Set(m, "heat", "1"); err == nil || !strings.Contains(err.Error(), "temperature") {
		t.Errorf("a setting that is none: %v, want the names of those that are", err)
	}
	if _, err := New("magic"); err == nil || !strings.Contains(err.Error(), "simclr") {
		t.Errorf("a method that is none: %v", err)
	}
	m.Temperature, m.Q, m.Decoupled = -1, 0.5, true
	if err := m.Check(); err == nil || !strings.Contains(err.Error(), "temperature is -1") || !strings.Contains(err.Error(), "choose one") {
		t.Errorf("what is wrong is said at once: %v", err)
	}
}

// Rates are those of the method for its own optimiser and its like, and those of the optimiser for others.
func TestDefaultRates(t *testing.T) {
	for name, want := range map[optimise.Optimiser]float64{"": 1e-3, optimise.Adam: 1e-3, optimise.AdamW: 1e-3, optimise.Momentum: 0.03, optimise.LARS: 0.5} {
		o, err := Options{Optimiser: name}.withDefaults(NewSimCLR().Card(), 100)
		if err != nil || o.Rate != want {
			t.Errorf("SimCLR with the optimiser %q has the rate %g, %v; want %g", name, o.Rate, err, want)
		}
	}
}

// What Train refuses, and how.
func TestBadInput(t *testing.T) {
	source, _ := drawings(t, 20, 1)
	for says, try := range map[string]func(*Task, *Options){
		"Batch is 64 and there are 20 images; want": func(_ *Task, o *Options) { o.Batch = 64 },
		"Epochs is -1":                              func(_ *Task, o *Options) { o.Epochs, o.Steps = -1, 0 },
		"Batch is 1":                                func(_ *Task, o *Options) { o.Batch = 1 },
		"Warmup is -1":                              func(_ *Task, o *Options) { o.Warmup = -1 },
		"Period is -2":                              func(_ *Task, o *Options) { o.Period = -2 },
		`there is no optimiser "magic"`:             func(_ *Task, o *Options) { o.Optimiser = "magic" },
		`there is no schedule "magic"`:              func(_ *Task, o *Options) { o.Schedule = "magic" },
		`there is no precision "magic"`:             func(_ *Task, o *Options) { o.Precision = "magic" },
		"Crop is [0.5 0.2]":                         func(_ *Task, o *Options) { o.Crop = [2]float64{0.5, 0.2} },
		"temperature is 0":                          func(k *Task, _ *Options) { k.Method = &SimCLR{} },
		"there are 0 for 20 pictures":               func(k *Task, _ *Options) { k.Method = NewSupCon() },
		"mae hides patches and wants a transformer": func(k *Task, _ *Options) { k.Method = NewMAE() },
		"wants images of 32 pixels or more":         func(k *Task, o *Options) { k.Network, o.Side = network(t, "context-encoder"), 16 },
		"Source, Method or Network is nil":          func(k *Task, _ *Options) { k.Source = nil },
		"the loss is NaN at step":                   func(k *Task, o *Options) { k.Method, o.Rate, o.Steps = NewVICReg(), 1e30, 20 },
	} {
		k, o := task(t, NewSimCLR(), source), quick()
		o.Batch, o.Steps = 8, 2
		try(&k, &o)
		r, err := Train(t.Context(), k, o, nil)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "graph") {
			t.Errorf("error %v, want one that says %q and nothing of graphs", err, says)
		}
		if r != nil {
			r.Close()
		}
	}
}

func network(t *testing.T, name string) backbone.Network {
	t.Helper()
	n, err := backbone.New(name, backbone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A state that is damaged, or of another task, is left aside; one of the same task and other images of the same number is taken.
func TestStatesOfOtherTasks(t *testing.T) {
	source, _ := drawings(t, 32, 1)
	k := task(t, NewSimCLR(), source)
	k.Folder = t.TempDir()
	o := quick()
	o.Batch, o.Steps, o.Save = 16, 4, 2
	train(t, k, o)
	o.Rate = 0.5
	if r := train(t, k, o); r.Resumed != 0 {
		t.Errorf("a training with another rate went on after step %d", r.Resumed)
	}
	if r := train(t, k, o); r.Resumed != 4 || r.Last.Step != 4 {
		t.Errorf("a training that was done went on after step %d to %d", r.Resumed, r.Last.Step)
	}
}

// A loss that is no number ends the training with the step, the settings and the last checkpoint, from which a training goes on that does better.
func TestLossThatIsNoNumber(t *testing.T) {
	source, _ := drawings(t, 64, 1)
	k := task(t, NewSimCLR(), source)
	k.Folder = t.TempDir()
	o := quick()
	o.Steps, o.Save = 10, 4
	looks := 0
	k.LookEvery = 1 // two steps are an epoch
	k.Look = func(_ context.Context, now *Trained) (map[string]float64, error) {
		if looks++; looks == 4 { // after step 6
			kernel := now.store.GetVariable("/student/backbone/stem/conv/kernel")
			values := tensors.MustCopyFlatData[float32](kernel.MustValue())
			values[0] = float32(math.NaN())
			return nil, kernel.SetValue(tensors.FromFlatDataAndDimensions(values, kernel.Shape().Dimensions...))
		}
		return nil, nil
	}
	r, err := Train(t.Context(), k, o, nil)
	if r != nil || err == nil {
		t.Fatalf("the training came to %v, %v", r, err)
	}
	for _, part := range []string{"the loss is NaN at step 7 of 10", "simclr, adam, rate", "batch 32", "the checkpoint of step 4 is in " + filepath.Join(k.Folder, "step-4"), "Lower Rate (now 0.001), or set Clip to 1"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error is %q; want %q in it", err, part)
		}
	}
	good := train(t, k, o) // with more looks than that
	if good.Resumed != 4 || good.Last.Step != 10 || math.IsNaN(good.Last.Loss) {
		t.Errorf("went on from step %d to %d with the loss %g", good.Resumed, good.Last.Step, good.Last.Loss)
	}
	looks, k.Folder = 3, ""
	if _, err := Train(t.Context(), k, o, nil); err == nil || !strings.Contains(err.Error(), "at step 1 of 10") || !strings.Contains(err.Error(), "there is no checkpoint of before") {
		t.Errorf("in the first step: %v", err)
	}
}

// A state that calls itself that of this task and is of another network is an error, with the first variable that does not fit.
func TestStateOfAnotherNetwork(t *testing.T) {
	source, _ := drawings(t, 32, 1)
	k := task(t, NewSimCLR(), source)
	k.Folder = t.TempDir()
	o := quick()
	o.Batch, o.Steps = 16, 2
	train(t, k, o)
	k.Network = layers(t) // its card is the same
	_, err := Train(t.Context(), k, o, nil)
	for _, part := range []string{filepath.Join(k.Folder, "step-2") + " is of another network", "/student/backbone/stage1/block1/norm1/mean is there and not here", "remove " + k.Folder + " to begin anew"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error is %v; want %q in it", err, part)
		}
	}
	one, other := model.NewStore(), model.NewStore()
	one.VariableWithValue("/student/w", tensors.FromFlatDataAndDimensions([]float32{1, 2}, 2))
	other.VariableWithValue("/student/w", tensors.FromFlatDataAndDimensions([]float32{1, 2}, 1, 2))
	if got := mismatch(one, other); got != "/student/w is [2] there and [1 2] here" {
		t.Errorf("shapes: %q", got)
	}
	one.VariableWithValue("/AdamOptimizer/student/w", tensors.FromFlatDataAndDimensions([]float32{1}, 1))
	if got := mismatch(one, one); got != "" {
		t.Errorf("the same: %q", got)
	}
	if got := mismatch(model.NewStore(), other); got != "/student/w is missing there" {
		t.Errorf("nothing there: %q", got)
	}
}

// Two batches whose gradients make one step do what one batch of all does, where the loss is a mean over images.
func TestAccumulate(t *testing.T) {
	source, _ := drawings(t, 32, 1)
	o := quick()
	o.Batch, o.Steps, o.Accumulate, o.Optimiser, o.Rate, o.Schedule, o.Decay, o.Clip = 16, 2, 2, "momentum", 0.1, "constant", -1, 1
	k := task(t, &Rotation{}, source)
	k.Network = layered(t)
	var features [3][][]float32
	k.Look = func(ctx context.Context, now *Trained) (m map[string]float64, err error) {
		if features[2] == nil {
			features[2], err = now.Features(ctx, source)
		}
		return nil, err
	}
	for i := range 2 {
		var err error
		if features[i], err = train(t, k, o).Features(t.Context(), source); err != nil {
			t.Fatal(err)
		}
		o.Batch, o.Steps, o.Accumulate = 32, 1, 1
	}
	moved := 0.0
	for i := range features[0] {
		for d, v := range features[0][i] {
			if math.Abs(float64(v-features[1][i][d])) > 1e-4 {
				t.Fatalf("number %d of picture %d is %g after two batches of 16, and %g after one of 32", d, i, v, features[1][i][d])
			}
			moved = max(moved, math.Abs(float64(v-features[2][i][d])))
		}
	}
	if moved < 1e-3 {
		t.Errorf("the step moved features by %g", moved)
	}
}

// layers is small with another normalisation.
func layers(t *testing.T) backbone.Network {
	t.Helper()
	n, err := backbone.New("resnet-tiny", backbone.Options{Width: 0.25, Patch: 4, Norm: backbone.LayerNorm})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func layered(t *testing.T) backbone.Network {
	t.Helper()
	n, err := backbone.New("resnet-tiny", backbone.Options{Width: 0.25, Norm: backbone.LayerNorm})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The slow copy begins as the student, follows it, and at a momentum of 1 stays as it was.
func TestFollow(t *testing.T) {
	source, _ := drawings(t, 32, 1)
	o := quick()
	o.Batch, o.Steps = 16, 3
	apart := func(momentum float64) (first, now float64) {
		first = -1
		m := NewMoCo()
		m.Queue, m.Momentum = 64, momentum
		k := task(t, m, source)
		distance := func(r *Trained) (d float64) {
			for v := range r.store.IterVariables() {
				rest, ok := strings.CutPrefix(v.Path(), "/"+Teacher+"/")
				if !ok || backbone.RoleOf(v.Path()) == backbone.Running {
					continue
				}
				if v.Trainable && first >= 0 { // graphs of steps have been made
					t.Errorf("%s is trained", v.Path())
				}
				a := tensors.MustCopyFlatData[float32](v.MustValue())
				b := tensors.MustCopyFlatData[float32](r.store.GetVariable("/" + Student + "/" + rest).MustValue())
				for i := range a {
					d += math.Abs(float64(a[i] - b[i]))
				}
			}
			return d
		}
		k.Look = func(_ context.Context, r *Trained) (map[string]float64, error) {
			if first < 0 {
				first = distance(r)
			}
			return nil, nil
		}
		return first, distance(train(t, k, o).Trained)
	}
	first, still := apart(1)
	_, follows := apart(0)
	if first != 0 || still == 0 || follows != 0 {
		t.Errorf("the copy is %g from the student at first, %g at momentum 1 and %g at 0; want 0, more and 0", first, still, follows)
	}
}

// Special cases that the papers state.
func TestSpecialCases(t *testing.T) {
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	draw := func(rows int) [][]float32 {
		x := make([][]float32, rows)
		for i := range x {
			for range 6 {
				x[i] = append(x[i], float32(rng.NormFloat64()))
			}
		}
		return x
	}
	a, b := draw(5), draw(5)
	value := func(f func(a, b *Node) *Node) float64 {
		return float64(tensors.ToScalar[float32](MustNewExec(backend, f).MustCall(a, b)[0]))
	}
	same := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-4*(1+math.Abs(want)) {
			t.Errorf("%s: %.6f, want %.6f", what, got, want)
		}
	}
	pair := func(a, b *Node) pairs { return comparePairs(unit(a), unit(b)) }
	simclr := value(func(a, b *Node) *Node { return NewSimCLR().loss(pair(a, b)) })
	hcl := NewHCL()
	hcl.Beta, hcl.TauPlus = 0, 0
	same("HCL with β and τ⁺ 0 is SimCLR", value(func(a, b *Node) *Node { return hcl.loss(pair(a, b)) }), simclr)
	rince := NewSimCLR()
	rince.Q, rince.Lambda, rince.Temperature = 1e-3, 1, 0.5
	base := NewSimCLR()
	base.Temperature = 0.5
	near, limit := value(func(a, b *Node) *Node { return rince.loss(pair(a, b)) }), value(func(a, b *Node) *Node { return base.loss(pair(a, b)) })
	if math.Abs(near-limit) > 5e-3 {
		t.Errorf("RINCE with λ 1 and q 0.001 is %.4f; as q tends to 0 it is SimCLR, %.4f", near, limit)
	}
	same("SimSiam of the same is -1", value(func(a, _ *Node) *Node { return likeness(a, a) }), -1)
	same("BYOL of the same is 0", value(func(a, _ *Node) *Node { return regression(a, a) }), 0)
	same("covariances of zeros are 0", value(func(a, _ *Node) *Node { return offDiagonal(ZerosLike(a)) }), 0)
	same("the nearest of a queue to a row of it is that row", value(func(a, b *Node) *Node {
		past := unit(Concatenate([]*Node{b, a}, 0))
		return ReduceAllSum(Abs(Sub(nearest(unit(a), past), unit(a))))
	}), 0)
	moco := NewMoCo()
	moco.Equivalent = 5
	same("EqCo of the queue's own length is MoCo", value(func(a, b *Node) *Node {
		return moco.loss(ReduceSum(Mul(unit(a), unit(b)), 1), MatMul(unit(a), Transpose(unit(b), 0, 1)))
	}), value(func(a, b *Node) *Node {
		return NewMoCo().loss(ReduceSum(Mul(unit(a), unit(b)), 1), MatMul(unit(a), Transpose(unit(b), 0, 1)))
	}))
}

func TestAlarm(t *testing.T) {
	var a alarm
	heard := 0
	for step := range 200 {
		spread := 0.02
		if step == 120 {
			spread = 0.9 // recovers
		}
		if a.hear(Point{Step: step, Metrics: map[string]float64{"spread": spread}}) != "" {
			heard++
		}
	}
	if heard != 2 {
		t.Errorf("two collapses made %d alarms", heard)
	}
	if a.hear(Point{Metrics: map[string]float64{"accuracy": 0}}) != "" {
		t.Error("an alarm without a spread")
	}
}

// docs/pretraining.md says the defaults of every setting.
func TestDefaultsAreInTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/pretraining.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Cards() {
		m, err := New(c.Name)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, s := range Settings(m) {
			list = append(list, fmt.Sprintf("`%s` %s", s.Name, s.Value))
		}
		if line := fmt.Sprintf("| `%s` | %s |", c.Name, strings.Join(list, ", ")); !strings.Contains(string(page), line) {
			t.Errorf("docs/pretraining.md lacks the line\n%s", line)
		}
	}
}
