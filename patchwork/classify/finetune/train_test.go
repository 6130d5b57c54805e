package finetune

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

const smallFile = "../../features/testdata/small.onnx"

// stripes are pictures of 16×16: class a is present where fine stripes run from left to right, absent where they run from top to
// bottom, and both are noisy.
type stripes struct {
	pix  [][]float32
	held []bool
	is   []labels.Tri
}

func newStripes(n int) *stripes {
	rng := rand.New(rand.NewPCG(3, 4))
	s := &stripes{}
	for i := range n {
		pix := make([]float32, 16*16*3)
		phase, lying := rng.IntN(3), rng.IntN(2)
		for p := range 16 * 16 {
			along := p % 16
			if lying == 1 {
				along = p / 16
			}
			for c := range 3 {
				pix[3*p+c] = float32(min(max(0.5+0.12*float64((along+phase)%3-1)+0.25*rng.NormFloat64(), 0), 1))
			}
		}
		s.pix, s.is, s.held = append(s.pix, pix), append(s.is, labels.Tri(lying)), append(s.held, i%3 == 0)
	}
	return s
}

// The table.
func (s *stripes) Len() int                    { return len(s.pix) }
func (s *stripes) Classes() []string           { return []string{"a"} }
func (s *stripes) Value(row, _ int) labels.Tri { return s.is[row] }
func (s *stripes) Excluded(int) bool           { return false }
func (s *stripes) Validation(row int) bool     { return s.held[row] }
func (s *stripes) Subset(int) string           { return "" }

// some is a source of the pictures of rows.
type some struct {
	*stripes
	rows   []int
	broken int // a row that cannot be read, if not 0
}

func (s some) Shape() stream.Shape { return stream.Shape{N: len(s.rows), H: 16, W: 16, C: 3} }
func (s some) Read(_ context.Context, i int, dst []float32) error {
	if s.broken != 0 && s.rows[i] == s.broken {
		return errors.New("torn")
	}
	copy(dst, s.pix[s.rows[i]])
	return nil
}

// extract are the features of all pictures by an extractor.
func (s *stripes) extract(t *testing.T, e features.Extractor, unit bool) func(int) []float32 {
	t.Helper()
	b := imageset.Batch{N: len(s.pix), H: 16, W: 16, Pix: slices.Concat(s.pix...)}
	x, err := e.Extract(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	d := e.Spec().Dim
	for i := 0; unit && i < len(x); i += d {
		sum := 0.0
		for _, v := range x[i : i+d] {
			sum += float64(v) * float64(v)
		}
		for k := range d {
			x[i+k] /= float32(math.Sqrt(sum))
		}
	}
	return func(row int) []float32 { return x[row*d : (row+1)*d] }
}

var plain = features.ONNXOptions{Mean: []float32{0.5}, Std: []float32{0.25}}

// open opens a network as an extractor, of vectors or of its last map.
func open(t *testing.T, path string, o features.ONNXOptions, maps bool) (e features.Extractor) {
	t.Helper()
	var err error
	switch folder := features.IsBackbone(path); {
	case folder && maps:
		e, err = features.OpenBackboneMaps(path, features.MapOptions{})
	case folder:
		e, err = features.OpenBackbone(path)
	case maps:
		e, err = features.OpenMaps(path, o, features.MapOptions{})
	default:
		e, err = features.OpenONNX(path, o)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// folder is a network that learned nothing yet, whose running averages are far from those of a fresh one.
func folder(t *testing.T) string {
	t.Helper()
	const name = "resnet-tiny"
	o := backbone.Options{Width: 0.25, Patch: 4}
	n, err := backbone.New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(t)
	b, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(backbone.Make(n, s, "/net"), s.InitializeVariables(b, nil)); err != nil {
		t.Fatal(err)
	}
	for v := range s.IterVariables() {
		if strings.HasSuffix(v.Path(), "/variance") {
			v.MustSetValue(tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{0.5}, v.Shape().Size()), v.Shape().Dimensions...))
		}
	}
	dir := filepath.Join(t.TempDir(), "net")
	if err := backbone.Save(dir, s, "/net", backbone.Saved{Name: name, Options: o, Width: 16, Height: 16, About: "nothing yet"}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// task is to tell stripes apart, by vectors or by the last map.
func (s *stripes) task(t *testing.T, maps bool) Task {
	t.Helper()
	return s.taskOf(t, smallFile, maps)
}

// taskOf is that of a network, an ONNX file or a folder.
func (s *stripes) taskOf(t *testing.T, path string, maps bool) Task {
	t.Helper()
	var choice *features.MapOptions
	if maps {
		choice = &features.MapOptions{}
	}
	o := plain
	if features.IsBackbone(path) {
		o = features.ONNXOptions{}
	}
	e := open(t, path, o, maps)
	net, err := features.OpenTrainable(path, o, choice)
	if err != nil {
		t.Fatal(err)
	}
	d := classify.Data{Classes: []string{"a"}, Dim: e.Spec().Dim, Table: s, FeatureID: e.Spec().ID, Features: s.extract(t, e, !maps)}
	for _, tap := range e.Spec().Taps {
		d.Taps = append(d.Taps, classify.Tap{Name: tap.Name, Shape: network.Shape{Height: tap.Height, Width: tap.Width, Channels: tap.Channels}})
	}
	return Task{Network: net, Data: d, Images: func(rows []int) (stream.Source, error) { return some{s, rows, 0}, nil }}
}

var quick = Options{Options: classify.Options{Epochs: 5, Steps: 20, BatchSize: 16, Rate: 0.01}, NetworkRate: 1, Augment: augment.Params{FlipLeftRight: true}}

// tuned is the model of a result, with the features that its network makes.
func (s *stripes) tuned(t *testing.T, r *Result, net features.Trainable, maps bool) *classify.Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tuned"+r.Network.Ending)
	if err := r.Network.Save(path); err != nil {
		t.Fatal(err)
	}
	e := open(t, path, net.Options(), maps)
	m, err := r.Model(s.extract(t, e, !maps), e.Spec().ID)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The network learns what its features did not say; what comes back is the best epoch, of head and network together.
func TestFineTuning(t *testing.T) {
	s := newStripes(150)
	for _, c := range []struct {
		path string
		maps bool
	}{{smallFile, false}, {smallFile, true}, {folder(t), false}, {folder(t), true}} {
		maps, path := c.maps, filepath.Base(c.path)
		task, o := s.taskOf(t, c.path, maps), quick
		if maps {
			o.Trunk, o.Layers = classify.ConvnetTrunk, "8,d"
		}
		o.Epochs = 12
		frozen := o
		frozen.Unfreeze = -1
		was, err := Train(t.Context(), task, frozen, nil)
		if err != nil {
			t.Fatal(err)
		}
		var points []Point
		r, err := Train(t.Context(), task, o, func(p Point) { points = append(points, p) })
		if err != nil {
			t.Fatal(err)
		}
		before, after := s.tuned(t, was, task.Network, maps).Info(), s.tuned(t, r, task.Network, maps).Info()
		a, b := before.Report.Validation.LogLoss, after.Report.Validation.LogLoss
		if b > 0.8*a || after.Report.Validation.Accuracy.Value < 0.9 {
			t.Errorf("%s, maps %v: the log loss is %.3f, frozen %.3f\n%v", path, maps, b, a, after)
		}
		// The graph and the features that the written network makes agree: the report's loss is that of the best epoch.
		best := math.Inf(1)
		for _, p := range after.History {
			best = min(best, p.ValidationLoss)
		}
		if math.Abs(float64(b)-best) > 1e-4 {
			t.Errorf("%s, maps %v: the best epoch had the loss %.5f and the model has %.5f", path, maps, best, b)
		}
		last := points[len(points)-1]
		if len(points) != 12*20 || !points[0].Frozen || last.Frozen || last.Left != 0 || last.Step != last.Steps || last.Speed <= 0 || r.Speed <= 0 {
			t.Errorf("points: %d, first %+v, last %+v", len(points), points[0], last)
		}
		if after.FeatureID == task.Data.FeatureID || after.FeatureID == "" || after.Ended != classify.Completed {
			t.Errorf("info %+v", after)
		}
	}
}

// A frozen network does not move a bit, and neither do means and variances of one that is trained.
func TestFrozen(t *testing.T) {
	s := newStripes(60)
	task, o := s.task(t, false), quick
	o.Epochs, o.Unfreeze = 2, -1
	file, err := os.ReadFile(smallFile)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Train(t.Context(), task, o, nil)
	if err != nil || r.Network.Sum != mustWrite(t, task.Network).Sum {
		t.Errorf("the network has changed (%v)", err)
	}
	if o.Unfreeze = 1; len(file) == 0 {
		t.Fatal("no file")
	}
	r, err = Train(t.Context(), task, o, nil)
	if err != nil || r.Network.Sum == mustWrite(t, task.Network).Sum {
		t.Errorf("the network has not changed (%v)", err)
	}
	for _, kept := range []string{"mean", "variance", "product"} {
		if old, now := weight(file, kept), weight(bytesOf(t, r), kept); old == "" || old != now {
			t.Errorf("%s has changed", kept)
		}
	}
	for _, trained := range []string{"gain", "first_w", "deep_b"} {
		if weight(file, trained) == weight(bytesOf(t, r), trained) {
			t.Errorf("%s has not changed", trained)
		}
	}
}

// weight are the bytes of a weight in an ONNX file: after its name come the field of the raw bytes, how many there are, and they.
func weight(file []byte, name string) string {
	at := strings.Index(string(file), "\x42"+string(rune(len(name)))+name+"\x4a")
	if at < 0 {
		return ""
	}
	rest := file[at+len(name)+3:]
	count, size := binary.Uvarint(rest)
	return string(rest[size:][:count])
}

// bytesOf is the file of a tuned network.
func bytesOf(t *testing.T, r *Result) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tuned.onnx")
	if err := r.Network.Save(file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// mustWrite is the network as it is in its file.
func mustWrite(t *testing.T, n features.Trainable) *features.Tuned {
	t.Helper()
	s := newStore(t)
	if err := n.Put(s); err != nil {
		t.Fatal(err)
	}
	data, err := n.Tuned(s)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The same seed gives the same bits, also when a training is cut off and goes on, in the frozen part and after.
func TestResume(t *testing.T) {
	s := newStripes(60)
	o := quick
	o.Epochs, o.Steps, o.Unfreeze, o.Trunk, o.Layers = 4, 5, 2, classify.ConvnetTrunk, "4,d"
	task := s.task(t, true)
	whole, err := Train(t.Context(), task, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, stop := range []int{7, 16} { // in epoch 2 and 4
		task.State = filepath.Join(t.TempDir(), "state")
		ctx, cancel := context.WithCancel(t.Context())
		part, err := Train(ctx, task, o, func(p Point) {
			if p.Step == stop {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || part == nil || part.Ended != classify.Cancelled {
			t.Fatalf("stopped at %d: %+v, %v", stop, part, err)
		}
		task.Finish = true
		done, err := Train(t.Context(), task, o, nil)
		if err != nil || done.Ended != classify.Cancelled || done.Network.Sum != part.Network.Sum {
			t.Errorf("stopped at %d and finished: %v", stop, err)
		}
		task.Finish = false
		r, err := Train(t.Context(), task, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Resumed != (stop-1)/5 || r.Network.Sum != whole.Network.Sum {
			t.Errorf("stopped at %d: went on after epoch %d, the network is the same: %v", stop, r.Resumed, r.Network.Sum == whole.Network.Sum)
		}
		a, _ := json.Marshal(r.graft.History())
		b, _ := json.Marshal(whole.graft.History())
		if string(a) != string(b) {
			t.Errorf("stopped at %d: the history is\n%s\nand without stop\n%s", stop, a, b)
		}
		s.is[1] = 1 - s.is[1] // another label, another training
		other, err := Train(t.Context(), task, o, nil)
		if err != nil || other.Resumed != 0 {
			t.Errorf("a training with other labels went on after epoch %d (%v)", other.Resumed, err)
		}
		s.is[1] = 1 - s.is[1]
	}
	empty := task
	empty.State, empty.Finish = t.TempDir(), true
	if _, err := Train(t.Context(), empty, o, nil); err == nil || !strings.Contains(err.Error(), "there is nothing to finish") {
		t.Errorf("finishing nothing: %v", err)
	}
	now, _ := filepath.Glob(filepath.Join(task.State, "epoch-4", "now", "*.bin*"))
	if len(now) == 0 {
		t.Fatal("no checkpoint")
	}
	for _, file := range now {
		os.Truncate(file, 10)
	}
	if r, err := Train(t.Context(), task, o, nil); err != nil || r.Resumed != 0 || r.Network.Sum != whole.Network.Sum {
		t.Errorf("a damaged state: %+v, %v; want to begin anew", r, err)
	}
}

func TestPatience(t *testing.T) {
	s := newStripes(60)
	task, o := s.task(t, false), quick
	o.Epochs, o.Steps, o.Patience, o.Rate, o.NetworkRate = 30, 3, 2, 0.3, 1
	r, err := Train(t.Context(), task, o, nil)
	if err != nil || r.Ended != classify.NoBetter || len(r.graft.History()) == 30 {
		t.Errorf("ended %+v, %v", r, err)
	}
	for i := range s.held {
		s.held[i] = false // works without validation too
	}
	o.Patience, o.Epochs, o.Rate = 0, 2, 0.01
	r, err = Train(t.Context(), s.task(t, false), o, nil)
	if err != nil || !math.IsNaN(r.graft.History()[0].ValidationLoss) || !strings.Contains(strings.Join(r.graft.Warnings(), ""), "nothing measures them") {
		t.Errorf("without validation: %v, %v", r, err)
	}
}

// Decay acts on the kernels of the network; restarting lets the rate begin anew.
func TestNetworkOptions(t *testing.T) {
	s := newStripes(60)
	task, o := s.task(t, false), quick
	o.Epochs, o.Cold = 4, true
	free, err := Train(t.Context(), task, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.NetworkDecay = 1
	held, err := Train(t.Context(), task, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	size := func(text string) (sum float64) {
		for i := 0; i+4 <= len(text); i += 4 {
			v := math.Float32frombits(uint32(text[i]) | uint32(text[i+1])<<8 | uint32(text[i+2])<<16 | uint32(text[i+3])<<24)
			sum += float64(v) * float64(v)
		}
		return sum
	}
	for _, kernel := range []string{"deep_w", "point_w"} {
		if a, b := size(weight(bytesOf(t, free), kernel)), size(weight(bytesOf(t, held), kernel)); b > 0.95*a {
			t.Errorf("the squares of %s are %g with decay and %g without", kernel, b, a)
		}
	}
	o.NetworkDecay, o.Restart, o.Unfreeze = 0, true, 2
	var rates []float64
	if _, err := Train(t.Context(), task, o, func(p Point) { rates = append(rates, p.Rate) }); err != nil {
		t.Fatal(err)
	}
	if rates[0] != 0.01 || rates[40] != 0.01 || rates[39] > 0.006 {
		t.Errorf("rates %v", rates)
	}
}

func TestErrors(t *testing.T) {
	s := newStripes(30)
	for name, tt := range map[string]struct {
		o     Options
		spoil func(*Task)
		says  string
	}{
		"options": {Options{Unfreeze: -2, NetworkRate: 11, NetworkDecay: -1}, nil,
			"Unfreeze is -2; want 1 or more, -1 for never, or 0 for the default (1)\nfinetune.Options: NetworkRate is 11; want a share of the rate up to 10, or 0 for the default (0.1)\nfinetune.Options: NetworkDecay is -1"},
		"a head at once": {Options{Options: classify.Options{Head: classify.LogisticHead}}, nil, `head is "logistic", which is made at once`},
		"maps":           {Options{Options: classify.Options{Trunk: classify.PoolingTrunk}}, nil, "extract maps"},
		"torn": {quick, func(t *Task) {
			t.Images = func(rows []int) (stream.Source, error) { return some{s, rows, 3}, nil }
		}, "the held-out image of row 3 cannot be read any more: torn"},
		"nothing labelled": {quick, func(t *Task) {
			none := newStripes(30)
			for i := range none.is {
				none.is[i] = labels.Unknown
			}
			t.Data.Table = none
		}, "no labelled image to learn from"},
	} {
		task := s.task(t, false)
		if tt.spoil != nil {
			tt.spoil(&task)
		}
		if _, err := Train(t.Context(), task, tt.o, nil); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v; want %q", name, err, tt.says)
		}
	}
}

func newStore(t *testing.T) *model.Store {
	s := model.NewStore()
	t.Cleanup(s.Finalize)
	return s
}
