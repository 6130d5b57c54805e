package finetune

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/compute/weights"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// few hides the labels of all images to learn from but the first n.
func (s *stripes) few(n int) *stripes {
	for row := range s.is {
		if s.held[row] {
			continue
		}
		if n--; n < 0 {
			s.is[row] = labels.Unknown
		}
	}
	return s
}

// two is stripes with a second class, so that images may be labelled in part, of three subsets.
type two struct{ *stripes }

func (two) Classes() []string             { return []string{"a", "b"} }
func (t two) Value(row, c int) labels.Tri { return t.stripes.Value((row*7+c)%t.Len(), 0) }

// The whole step, through the graph that training uses: what it reports, and what every weight of network and head moves by.
func TestStepAgainstPyTorch(t *testing.T) {
	var want struct {
		Pictures                        map[string][]float32
		Labels, Unknown, Limits, Member []float32
		Head                            map[string][]float32
		Hidden, Subsets                 int
		SemiWeight                      float64 `json:"semi_weight"`
		Confusion, Loss, More, Sure     float64
		Answers                         []float32
		Gradients                       map[string][]float32
	}
	raw, err := os.ReadFile("testdata/step.json")
	if err == nil {
		err = json.Unmarshal(raw, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := newStripes(30).few(12)
	task := s.task(t, false)
	task.Data.Classes, task.Data.Table = []string{"a", "b"}, two{s}
	task.Data.Subset = func(row int) string { return string(rune('a' + row%3)) }
	o := Options{Options: classify.Options{Optimiser: classify.Momentum, WeightDecay: 1e-12, Hidden: want.Hidden,
		Semi: semi.FixMatch, SemiWeight: want.SemiWeight, Confusion: want.Confusion}}
	graft, err := classify.NewGraft(task.Data, o.Options)
	if err != nil {
		t.Fatal(err)
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	tr := &trainer{net: task.Network, graft: graft, o: o, others: newOthers(graft, 1), store: newStore(t)}
	if tr.others.rule == nil || tr.others.member == nil {
		t.Fatal("there is nothing beside the labels")
	}
	if err := tr.put(); err != nil {
		t.Fatal(err)
	}
	read := func(path string) []float32 {
		return tensors.MustCopyFlatData[float32](tr.store.GetVariable(path).MustValue())
	}
	for path, values := range want.Head {
		v := tr.store.GetVariable(path)
		v.MustSetValue(tensors.FromFlatDataAndDimensions(values, v.Shape().Dimensions...))
	}
	var tuned []classify.Tuned
	before := map[string][]float32{}
	names := map[string]string{}
	for _, w := range task.Network.Weights() {
		tuned, names[w.Name] = append(tuned, classify.Tuned{Path: w.Path, Kernel: w.Kernel}), w.Path
		tr.store.GetVariable(w.Path).SetTrainable(true)
	}
	for name := range want.Gradients {
		if names[name] == "" {
			names[name] = name // a variable of the head
		}
		before[name] = read(names[name])
	}
	exec := model.MustNewExec(backend, tr.store, func(scope *model.Scope, in []*Node) []*Node {
		return tr.step(scope, func(pixels *Node) *Node { return tr.net.Graph(scope, pixels) }, in, tuned)
	})
	tensor := func(values []float32, dims ...int) *tensors.Tensor {
		return tensors.FromFlatDataAndDimensions(values, dims...)
	}
	pictures := func(name string) *tensors.Tensor {
		v := want.Pictures[name]
		return tensor(v, len(v)/(16*16*3), 16, 16, 3)
	}
	limits := tensor(want.Limits, 2, 2)
	out, err := call(exec, pictures("x"), tensor(want.Labels, 4, 2), float32(1), float32(1), pictures("weak"), pictures("strong"),
		tensor(want.Unknown, 6, 2), limits, limits, pictures("domain"), tensor(want.Member, 6, want.Subsets))
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got []float32, want ...float32) {
		t.Helper()
		for i, w := range want {
			if len(got) != len(want) || math.Abs(float64(got[i]-w)) > 2e-5*max(1, math.Abs(float64(w))) {
				t.Errorf("%s is %v, PyTorch has %v", what, got, want)
				return
			}
		}
	}
	near("the loss", out[0], float32(want.Loss))
	near("what the others add", out[1], float32(want.More))
	near("the share that is sure", out[2], float32(want.Sure))
	near("the answers", out[3], want.Answers...)
	for name, gradient := range want.Gradients {
		after := read(names[name])
		for i := range after { // the first step of momentum at a rate of 1 is the gradient
			after[i] = before[name][i] - after[i]
		}
		near("the gradient by "+name, after, gradient...)
	}
	if len(want.Gradients) != len(tuned)+4 {
		t.Errorf("%d gradients were compared, of %d weights of the network", len(want.Gradients), len(tuned))
	}
}

// Four labelled images say little of stripes; the others beside them say more.
func TestImagesWithoutLabelsHelp(t *testing.T) {
	s := newStripes(150).few(4)
	task, o := s.task(t, false), quick
	o.Epochs, o.Steps, o.BatchSize, o.Unlabelled, o.Tau = 8, 15, 8, 4, 0.9
	loss := func(o Options) (last Point, loss float64) {
		r, err := Train(t.Context(), task, o, func(p Point) { last = p })
		if err != nil {
			t.Fatal(err)
		}
		return last, float64(s.tuned(t, r, task.Network, false).Info().Report.Validation.LogLoss)
	}
	_, alone := loss(o)
	o.Semi, o.StrongAugment = semi.FlexMatch, augment.Params{FlipLeftRight: true, BrightnessDelta: 0.4, ContrastDelta: 0.3, Mask: 0.5}
	last, with := loss(o)
	if with > 0.75*alone {
		t.Errorf("the log loss is %.3f, without the others %.3f", with, alone)
	}
	if !(last.Sure > 0 && last.Sure <= 1 && last.SemiLoss > 0) {
		t.Errorf("the last point is %+v", last)
	}
}

// Frozen and not, cut off and gone on with: thresholds, order, draws and dropout go on where they were.
func TestResumeWithOthers(t *testing.T) {
	s := newStripes(30).few(12)
	for _, method := range []semi.Method{semi.None, semi.FlexMatch, semi.SoftMatch} {
		o := quick
		o.Cold, o.Epochs, o.Steps, o.Unfreeze, o.BatchSize, o.Unlabelled = true, 3, 2, 2, 4, 2
		o.Head, o.Hidden, o.Dropout, o.Semi, o.Tau, o.Confusion = classify.MLPHead, 6, 0.3, method, 0.6, 0.25
		task := s.task(t, false)
		task.Data.Subset = func(row int) string { return string(rune('a' + row%3)) }
		whole, err := Train(t.Context(), task, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, stop := range []int{3, 5} { // in epochs 2 and 3
			task.State = filepath.Join(t.TempDir(), "state")
			ctx, cancel := context.WithCancel(t.Context())
			if _, err := Train(ctx, task, o, func(p Point) {
				if p.Step == stop {
					cancel()
				}
			}); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			r, err := Train(t.Context(), task, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			a, _ := json.Marshal(r.graft.History())
			b, _ := json.Marshal(whole.graft.History())
			if r.Resumed != stop/2 || string(a) != string(b) || r.Network.Sum != whole.Network.Sum {
				t.Errorf("%q, stopped at %d: went on after epoch %d with the history\n%s\nwithout stop\n%s", method, stop, r.Resumed, a, b)
			}
			_, rule := r.graft.Guessed()
			_, of := whole.graft.Guessed()
			if rule != nil && string(rule.State()) != string(of.State()) {
				t.Errorf("%q, stopped at %d: the thresholds come of\n%s\nwithout stop\n%s", method, stop, rule.State(), of.State())
			}
			var w written
			_, w, err = weights.Last[written]((&trainer{state: task.State}).states())
			if err != nil || (len(w.Rule) > 0) != (method != semi.None) {
				t.Errorf("%q: the state has the thresholds %s (%v)", method, w.Rule, err)
			}
		}
		s.held[29] = !s.held[29]
		other, err := Train(t.Context(), task, o, nil)
		s.held[29] = !s.held[29]
		if err != nil || other.Resumed != 0 {
			t.Errorf("%q: a training with another image held out went on after epoch %d (%v)", method, other.Resumed, err)
		}
	}
}

// With no image held out the best epoch is that of the lowest sum of both losses, whatever the labels alone say.
func TestBestWithoutHeldOut(t *testing.T) {
	s := newStripes(60).few(4)
	for row := range s.held {
		s.held[row] = false
		if row > 8 {
			s.is[row] = labels.Unknown
		}
	}
	o := quick
	o.Epochs, o.Steps, o.BatchSize, o.Semi, o.Tau = 6, 3, 8, semi.FlexMatch, 0.9
	r, err := Train(t.Context(), s.task(t, false), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	least, labelled, differ := math.Inf(1), math.Inf(1), false
	for _, p := range r.graft.History() {
		sum := p.TrainLoss + p.SemiLoss
		if p.Best != (sum < least) {
			t.Errorf("epoch %g with %.4f and %.4f is the best: %v", p.Epoch, p.TrainLoss, p.SemiLoss, p.Best)
		}
		differ = differ || (sum < least) != (p.TrainLoss < labelled)
		least, labelled = min(least, sum), min(labelled, p.TrainLoss)
	}
	if !differ {
		t.Error("both choose the same epochs, so that nothing was tried")
	}
}

// Images without labels that cannot be read are replaced, and counted once.
func TestBrokenImagesWithoutLabels(t *testing.T) {
	s := newStripes(60).few(20)
	task, o := s.task(t, false), quick
	o.Epochs, o.Steps, o.BatchSize, o.Unlabelled, o.Semi = 3, 3, 8, 4, semi.FixMatch
	broken := []int{49, 50, 52}
	task.Images = func(rows []int) (stream.Source, error) { return torn{some{s, rows, 0}, broken}, nil }
	r, err := Train(t.Context(), task, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := r.graft.Warnings(); !slices.ContainsFunc(w, func(w string) bool { return strings.HasPrefix(w, "3 of the images shown could not be read") }) {
		t.Errorf("warnings %q", w)
	}
}

// torn is a source of which some rows cannot be read.
type torn struct {
	some
	broken []int
}

func (s torn) Read(ctx context.Context, i int, dst []float32) error {
	if slices.Contains(s.broken, s.rows[i]) {
		return errors.New("torn")
	}
	return s.some.Read(ctx, i, dst)
}

func TestOthersSayWhatIsWrong(t *testing.T) {
	s := newStripes(30).few(10)
	for name, tt := range map[string]struct {
		o    Options
		says string
	}{
		"a view of nothing": {Options{StrongAugment: augment.FixMatchStrong()}, "StrongAugment is a second view of images without labels, and semi is none"},
		"an amount":         {Options{Options: classify.Options{Semi: semi.FixMatch}, StrongAugment: augment.Params{Mask: 2}}, "mask"},
		"groups":            {Options{Options: classify.Options{Semi: semi.FixMatch, Loss: classify.SoftmaxLoss}}, `semi is "fixmatch" and loss is softmax`},
		"tau":               {Options{Options: classify.Options{Semi: semi.FixMatch, Tau: 0.2}}, "tau is 0.2; want 0.5 or more"},
	} {
		if _, err := Train(t.Context(), s.task(t, false), tt.o, nil); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v; want %q", name, err, tt.says)
		}
	}
	o := quick
	o.Epochs, o.Steps, o.Semi, o.Head, o.Confusion = 1, 2, semi.FixMatch, classify.MLPHead, 1
	r, err := Train(t.Context(), newStripes(30).task(t, false), o, nil) // everything is labelled, and of one subset
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"every image is fully labelled, so fixmatch has nothing", "all images are of one subset"} {
		n := 0
		for _, w := range r.graft.Warnings() {
			if strings.HasPrefix(w, want) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q is said %d times: %q", want, n, r.graft.Warnings())
		}
	}
}

func TestPasses(t *testing.T) {
	p, n := passes{7}, 10
	var all []int
	for epoch := range 20 {
		numbers := p.Numbers(n, 3, uint64(epoch))
		if len(numbers) != 7 {
			t.Fatalf("epoch %d has %d places", epoch, len(numbers))
		}
		all = append(all, numbers...)
	}
	for at := 0; at < len(all); at += n {
		pass := slices.Sorted(slices.Values(all[at : at+n]))
		if !slices.Equal(pass, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Errorf("pass %d shows %v", at/n, all[at:at+n])
		}
	}
	if slices.Equal(all[:n], all[n:2*n]) {
		t.Error("two passes have one order")
	}
	if numbers := (passes{25}).Numbers(n, 3, 0); !slices.Equal(numbers, all[:25]) {
		t.Errorf("an epoch of several passes is %v, want %v", numbers, all[:25])
	}
}

func TestMixed(t *testing.T) {
	m := newMixed([][]int{{8}, {1, 2, 3, 4, 5, 6, 7}, {0, 9}}, 3000)
	counts := make([]int, 3)
	for _, number := range m.Numbers(len(m.rows), 5, 1) {
		counts[m.of(number)]++
	}
	for k, n := range counts {
		if n < 900 || n > 1100 {
			t.Errorf("%d of 3000 images are of subset %d; want a third", n, k)
		}
	}
	if m.of(0) != 0 || m.of(1) != 1 || m.of(7) != 1 || m.of(8) != 2 || m.rows[9] != 9 {
		t.Errorf("%+v", m)
	}
}
