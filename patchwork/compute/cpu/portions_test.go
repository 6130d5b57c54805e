package cpu

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// block is a network like one block of MobileNet, channels first: 1×1 up, depthwise, 1×1 down, with bias, limits and a
// residual.
func block1x1(x []*Node) []*Node {
	layer := func(x, w, b *Node, groups int, limits bool) *Node {
		c := Convolve(x, w).AxesConfig(onnxAxes).PadSame()
		if groups > 1 {
			c = c.ChannelGroupCount(groups)
		}
		y := Add(c.Done(), Reshape(b, 1, -1, 1, 1))
		if limits {
			y = ClipScalar(y, 0, 6)
		}
		return y
	}
	in := layer(x[0], x[1], x[2], 1, true)
	up := layer(in, x[3], x[4], 1, true)
	wide := layer(up, x[5], x[6], 48, true)
	return []*Node{Add(in, layer(wide, x[7], x[8], 1, false))}
}

// TestPortions holds a network whose pictures go one by one to GoMLX's Go backend, to the same bits whatever the number
// of workers, and to memory for few pictures at a time.
func TestPortions(t *testing.T) {
	const batch, side = 20, 40
	dims := [][]int{{batch, 3, side, side}, {8, 3, 1, 1}, {8}, {48, 8, 1, 1}, {48}, {48, 1, 3, 3}, {48}, {8, 48, 1, 1}, {8}}
	draw := func() []*tensors.Tensor {
		r := rand.New(rand.NewPCG(9, 1))
		var in []*tensors.Tensor
		for _, d := range dims {
			in = append(in, randomTensor(r, d...))
		}
		return in
	}
	want := evaluate(t, reference(t), block1x1, draw())
	var first []float64
	for _, workers := range []int{1, 3, 40} {
		b := testBackend(t, Options{Workers: workers, Stats: true})
		got := evaluate(t, b, block1x1, draw())
		compare(t, "picture by picture", got, want, 2e-5)
		if first == nil {
			first = got[0]
		}
		for i, v := range first {
			if got[0][i] != v {
				t.Fatalf("element %d: %v with one worker, %v with %d", i, v, got[0][i], workers)
			}
		}
		found := false
		for _, s := range b.Stats() {
			found = found || s.Kind == "portions" && strings.Contains(s.Name, "20 portions") && strings.Contains(s.Name, "groups 48")
		}
		if !found {
			t.Errorf("no portions among the steps: %v", b.Stats())
		}
		if wide := 4 * batch * side * side * 48; workers == 3 && b.memory.used+b.memory.idle > wide {
			t.Errorf("%d bytes were taken, want less than the %d of one layer of all pictures", b.memory.used+b.memory.idle, wide)
		}
	}
}

// TestPortionsRunAgain: runs with other weights and at the same time do not disturb one another.
func TestPortionsRunAgain(t *testing.T) {
	const batch, side = 16, 40
	dims := [][]int{{batch, 3, side, side}, {8, 3, 1, 1}, {8}, {48, 8, 1, 1}, {48}, {48, 1, 3, 3}, {48}, {8, 48, 1, 1}, {8}}
	exec := MustNewExec(testBackend(t, Options{Workers: 2}), block1x1)
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 1))
		var in []any
		for _, d := range dims {
			in = append(in, randomTensor(r, d...))
		}
		want := numbers(t, exec.MustCall(in...)[0])
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 5 {
				for i, v := range numbers(t, exec.MustCall(in...)[0]) {
					if v != want[i] {
						t.Fatalf("element %d is %v, and was %v in a run on its own", i, v, want[i])
					}
				}
			}
		})
	}
}

// TestFinish: bias and limits are the kernel's only where nobody else reads what is before them.
func TestFinish(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	conv := func(x []*Node) *Node { return Convolve(x[0], x[1]).PadSame().Done() }
	for name, c := range map[string]struct {
		f      func(x []*Node) []*Node
		passes bool // there is a pass besides
	}{
		"bias":         {func(x []*Node) []*Node { return []*Node{Add(conv(x), x[2])} }, false},
		"bias, limits": {func(x []*Node) []*Node { return []*Node{ClipScalar(Add(x[2], conv(x)), 0, 6)} }, false},
		"bias, ReLU":   {func(x []*Node) []*Node { return []*Node{MaxScalar(Add(conv(x), x[2]), 0)} }, false},
		"product": {func(x []*Node) []*Node {
			return []*Node{MaxScalar(Add(Dot(Reshape(x[0], 162, 16), Reshape(x[1], 16, 24)).Product(), Reshape(x[2], 1, 24)), 0)}
		}, false},
		"before":  {func(x []*Node) []*Node { y := conv(x); return []*Node{MaxScalar(Add(y, x[2]), 0), y} }, true},
		"between": {func(x []*Node) []*Node { y := Add(conv(x), x[2]); return []*Node{MaxScalar(y, 0), y} }, true},
		"limits":  {func(x []*Node) []*Node { return []*Node{ClipScalar(conv(x), 0, 6)} }, true},
		"for a pixel": {func(x []*Node) []*Node {
			return []*Node{Add(conv(x), Slice(x[0], AxisRange(), AxisRange(), AxisRange(), AxisRange(0, 1)))}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := testBackend(t, Options{Stats: true})
			in := []*tensors.Tensor{randomTensor(r, 2, 9, 9, 16), randomTensor(r, 1, 1, 16, 24), randomTensor(r, 1, 1, 1, 24)}
			compare(t, name, evaluate(t, b, c.f, in), evaluate(t, reference(t), c.f, in), 2e-5)
			if steps := b.Stats(); !c.passes && len(steps) != 1 {
				t.Errorf("the steps are %v, want one", steps)
			}
		})
	}
}

// TestPortionsDoNotAllocate: convolutions that the kernels finish, pictures that go one by one and machine code add nothing
// to the allocations of a call that does next to nothing.
func TestPortionsDoNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector forgets free lists")
	}
	b := testBackend(t, Options{Workers: 2, Stats: true})
	r := rand.New(rand.NewPCG(1, 1))
	x, k, d, c := randomTensor(r, 32, 64, 64, 32), randomTensor(r, 1, 1, 32, 32), randomTensor(r, 3, 3, 1, 32), randomTensor(r, 1, 1, 1, 32)
	count := func(f func(x, k, d, c *Node) *Node) float64 {
		exec, err := NewExec(b, f)
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		once := func() {
			out, err := exec.Call(x, k, d, c)
			if err != nil {
				t.Fatal(err)
			}
			out[0].MustFinalizeAll()
		}
		for range 3 {
			once()
		}
		least := testing.AllocsPerRun(10, once)
		for range 4 { // a collection meanwhile empties the free lists of the executor, which only adds
			least = min(least, testing.AllocsPerRun(10, once))
		}
		return least
	}
	little := count(func(_, _, _, c *Node) *Node { return AddScalar(c, 1) })
	much := count(func(x, k, d, c *Node) *Node {
		relu := func(y *Node) *Node { return Max(Add(y, c), ScalarZero(y.Graph(), y.DType())) }
		y := relu(Convolve(x, k).PadSame().Done())
		y = relu(Convolve(y, d).PadSame().ChannelGroupCount(32).Done())
		return ReduceSum(Softmax(Convolve(y, k).PadSame().Done(), -1), 0)
	})
	if !slices.ContainsFunc(b.Stats(), func(s StepTime) bool { return s.Kind == "portions" }) {
		t.Fatalf("no pictures went one by one:\n%s", b.StatsTable(20))
	}
	if much > little+1 {
		t.Errorf("%v allocations a call, want about the %v of a trivial one", much, little)
	}
}
