package main

import (
	"fmt"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// task is a piece of work, built on a backend.
type task struct {
	call  func() ([]*tensors.Tensor, error)
	flops func() float64 // of one run, once it has been called; 0 where nobody counted
	close func()
}

// run does the work once and gives the results' memory back at once, as a trainer's next step would.
func (t *task) run() error {
	out, err := t.call()
	for _, y := range out {
		y.MustFinalizeAll()
	}
	return err
}

// newTask builds work w. The operands are put on the backend here, compiling waits for the first run.
func newTask(b gomlx.Backend, w Work) (*task, error) {
	var args []any
	var owned []*tensors.Tensor
	for _, o := range w.Operands {
		dims, values := o.Dims, o.values()
		if w.Op == "mobilenet" {
			dims = []int{dims[0], dims[3], dims[1], dims[2]} // the file wants the channels first; its speed asks for no numbers
		}
		x := tensors.FromFlatDataAndDimensions(values, dims...)
		if err := x.ToDevice(b, 0); err != nil {
			return nil, err
		}
		args, owned = append(args, x), append(owned, x)
	}
	release := func(finalize func()) func() {
		return func() {
			finalize()
			for _, x := range owned {
				x.MustFinalizeAll()
			}
		}
	}
	if w.network() {
		exec, count, err := newNetwork(b, w)
		if err != nil {
			return nil, err
		}
		return &task{call: func() ([]*tensors.Tensor, error) { return exec.Call(args...) }, flops: count, close: release(exec.Finalize)}, nil
	}
	op, ok := operations[w.Op]
	if !ok {
		return nil, fmt.Errorf("the operation %q is not one of operations", w.Op)
	}
	single := func(x []*Node) *Node { return op(w, x) }
	f := func(x []*Node) []*Node { return []*Node{single(x)} }
	if w.Pass == "both" {
		f = withGradients(single)
	}
	exec, err := NewExec(b, f)
	if err != nil {
		return nil, err
	}
	return &task{call: func() ([]*tensors.Tensor, error) { return exec.Call(args...) }, flops: w.flops, close: release(exec.Finalize)}, nil
}

// newNetwork makes the executable of a network: its features, or a step of training with Adam that returns the loss.
func newNetwork(b gomlx.Backend, w Work) (exec *model.Exec, count func() float64, err error) {
	store := model.NewStore()
	store.SetParam("/initializer_seed", int64(42))
	if w.Op == "mobilenet" {
		exec, err = mobilenet(b, store)
		return exec, func() float64 { return 0 }, err
	}
	net, ok := networks[w.Op]
	if !ok {
		return nil, nil, fmt.Errorf("the network %q is not one of networks", w.Op)
	}
	var flops float64
	adam := optimizer.Adam().LearningRate(1e-3).Done()
	exec, err = model.NewExec(b, store, func(s *model.Scope, x *Node) *Node {
		l := &layers{training: w.Pass == "train"}
		store.SetTraining(x.Graph(), l.training)
		y := net(l, s.At("net"), x)
		if l.training {
			y = l.contrast(s.At("head"), y)
			adam.UpdateGraph(s, x.Graph(), y)
			l.flops *= 3
		}
		flops = l.flops
		return y
	})
	return exec, func() float64 { return flops }, err
}

// contrast is NT-Xent at temperature 0.1 behind a projection to 128 numbers; rows 2i and 2i+1 are two views.
//
//	loss = mean over rows r of −log softmax over rows k ≠ r of cos(z_r, z_k)/0.1, at the other view of r
//
// Source: Chen et al. 2020, arXiv:2002.05709, eq. 1.
func (l *layers) contrast(s *model.Scope, x *Node) *Node {
	h := relu(l.dense(s.At("hidden"), x, 128))
	z := L2Normalize(l.dense(s.At("out"), h, 128), -1) // [n, 128]
	n, g := z.Shape().Dimensions[0], z.Graph()
	logits := MulScalar(MatMul(z, Transpose(z, 0, 1)), 1/0.1) // [n, n]
	l.flops += 2 * float64(n*n*last(z))
	ids := z.Shape().Clone()
	ids.DType, ids.Dimensions = dtypes.Int32, []int{n, n}
	row, col := Iota(g, ids, 0), Iota(g, ids, 1)
	self := ConvertDType(Equal(row, col), dtypes.Float32)
	partner := ConvertDType(Equal(BitwiseXor(row, OnesLike(row)), col), dtypes.Float32)
	return Neg(MulScalar(ReduceAllSum(Mul(LogSoftmax(Sub(logits, MulScalar(self, 1e9))), partner)), 1/float64(n)))
}
