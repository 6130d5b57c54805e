package pretrain

import (
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute/weights"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// backboneName is the place of a branch's network below the branch.
const backboneName = "backbone"

// begin makes all variables with their first values, takes up a state if there is one, and makes the graphs of steps.
func (t *trainer) begin() error {
	t.store = model.NewStore()
	t.store.SetParam("/"+model.ParamInitialSeed, int64(t.o.Seed))
	if err := t.store.SetRNGStateFromSeed(int64(t.o.Seed)); err != nil {
		return err
	}
	t.trained = &Trained{network: t.Network, store: t.store, side: t.o.Side, view: t.view, method: t.Method, kind: t.kind, seed: t.o.Seed, backend: t.backend}
	var copies map[string]string
	look, err := model.NewExec(t.backend, t.store, func(_ *model.Scope, in []*Node) []*Node {
		s := t.newStep(in, false)
		loss := t.Method.Loss(s)
		copies, t.names = s.copies, nil
		for _, m := range s.metrics {
			t.names = append(t.names, m.name)
		}
		return []*Node{loss}
	})
	if err != nil {
		return err
	}
	defer look.Finalize()
	blank := t.blank()
	out, err := look.Exec(blank...)
	if err != nil {
		return err
	}
	out[0].MustFinalizeAll()
	if t.From != "" {
		if t.matched, err = backbone.LoadPartly(t.From, t.store, "/"+Student+"/"+backboneName); err != nil {
			return err
		}
	}
	for branch, other := range copies {
		if err := t.copyBranch(branch, other); err != nil {
			return err
		}
	}
	if err := t.takeUp(); err != nil {
		return err
	}
	for to, does := range map[**model.Exec]does{&t.apply: {step: true}, &t.gather: {}, &t.show: {step: true, show: true}} {
		*to, err = model.NewExec(t.backend, t.store, func(_ *model.Scope, in []*Node) []*Node { return t.graph(in, does) })
		if err != nil {
			return err
		}
		t.devices.plan(*to, len(blank)-2) // and two scalars
	}
	return nil
}

// does is what the graph of a batch does besides finding the loss.
type does struct {
	step bool // the gradients, and those that were gathered before, change the weights; else they are gathered
	show bool // the gradients of the student are among the results
}

// blank is a batch of zeros with the inputs that follow it.
func (t *trainer) blank() (in []any) {
	zeros := func(ints bool, dims ...int) {
		dtype := dtypes.Float32
		if ints {
			dtype = dtypes.Int32
		}
		in = append(in, tensors.FromShape(shapes.Make(dtype, dims...)))
	}
	for _, p := range t.stream.Parts() {
		zeros(p.Ints, append([]int{t.o.Batch * max(p.Rows, 1)}, p.Dims...)...)
	}
	if t.Method.Card().Labels {
		zeros(true, t.o.Batch)
	}
	return append(in, float32(0), float32(0))
}

// newStep is for the parts of a batch, its labels where the method reads some, the share that is done, and the rate.
func (t *trainer) newStep(in []*Node, training bool) *Step {
	t.store.SetTraining(in[0].Graph(), training)
	s := &Step{In: in[:len(t.stream.Parts())], Done: in[len(in)-2], store: t.store, network: t.Network, training: training, dtype: t.o.Precision.dtype(), frozen: map[string]bool{"memory": true}, copies: map[string]string{}}
	if t.Method.Card().Labels {
		s.Labels = in[len(s.In)]
	}
	return s
}

// graph is that of a batch. It returns the loss and the metrics; with a step the norm of the gradients before they are clipped, and those that are shown.
func (t *trainer) graph(in []*Node, does does) []*Node {
	s := t.newStep(in, true)
	loss := t.Method.Loss(s)
	s.freeze()
	g := loss.Graph()
	var trained []optimise.Variable
	var gradients, before []*Node
	factors := map[string]float64{}
	for _, o := range append([]objective{{"", loss, 1}}, s.also...) {
		var own []optimise.Variable
		for v := range t.store.IterVariables() {
			if v.Trainable && v.InUseByGraph(g) && s.branchOf(v.Path()) == o.branch {
				own = append(own, optimise.Variable{Path: v.Path(), Kernel: t.isKernel(v.Path())})
				factors[v.Path()] = o.factor
				before = append(before, v.NodeValue(g))
			}
		}
		trained, gradients = append(trained, own...), append(gradients, optimise.Gradients(t.store, t.decayed(o.loss, own), own)...)
	}
	if t.o.Accumulate > 1 {
		gradients = t.gathered(trained, gradients, does.step)
	}
	var more []*Node
	if does.step {
		norm := optimise.Norm(gradients)
		more = append(more, norm)
		if does.show {
			t.shown = nil
			for i, v := range trained {
				if name, ok := strings.CutPrefix(v.Path, "/"+Student+"/"); ok {
					t.shown, more = append(t.shown, name), append(more, gradients[i])
				}
			}
		}
		if t.o.Clip > 0 {
			gradients = optimise.ClipNorm(gradients, norm, t.o.Clip)
		}
		t.o.Optimiser.Step(t.store, trained, gradients, in[len(in)-1], t.o.Decay)
		for i, v := range trained { // every optimiser's step is in proportion to its rate
			if f := factors[v.Path]; f != 1 {
				variable := t.store.GetVariable(v.Path)
				variable.SetNodeValue(Add(before[i], MulScalar(Sub(variable.NodeValue(g), before[i]), f)))
			}
		}
		for _, f := range s.after {
			f()
		}
	}
	out := []*Node{loss}
	for _, m := range s.metrics {
		out = append(out, m.value)
	}
	return append(out, more...)
}

// isKernel says whether the weights of a path are pulled to 0.
func (t *trainer) isKernel(path string) bool {
	named, ok := t.Network.(interface{ IsKernel(path string) bool })
	return backbone.RoleOf(path) == backbone.Kernel || ok && named.IsKernel(path)
}

// branchOf is the branch that a loss of its own trains, "" for those that the method's trains.
func (s *Step) branchOf(path string) string {
	for _, o := range s.also {
		if strings.HasPrefix(path, "/"+o.branch+"/") {
			return o.branch
		}
	}
	return ""
}

// decayed adds to a loss the pull of kernels to 0, but for AdamW, whose step has it.
func (t *trainer) decayed(loss *Node, of []optimise.Variable) *Node {
	if t.o.Optimiser == optimise.AdamW || t.o.Decay == 0 {
		return loss
	}
	for _, v := range of {
		if v.Kernel {
			loss = Add(loss, MulScalar(ReduceAllSum(Square(t.store.GetVariable(v.Path).NodeValue(loss.Graph()))), t.o.Decay/2))
		}
	}
	return loss
}

// gathered adds gradients to those of the batches before; with all it returns their mean and begins anew.
func (t *trainer) gathered(of []optimise.Variable, gradients []*Node, all bool) (sums []*Node) {
	for i, v := range of {
		sum := t.store.VariableWithValue("/gathered"+v.Path, tensors.FromShape(gradients[i].Shape())).SetTrainable(false)
		total := Add(sum.NodeValue(gradients[i].Graph()), gradients[i])
		sums = append(sums, DivScalar(total, float64(t.o.Accumulate)))
		if all {
			total = ZerosLike(total)
		}
		sum.SetNodeValue(total)
	}
	return sums
}

// copyBranch gives a branch the weights of another, where it has them.
func (t *trainer) copyBranch(branch, other string) error {
	for v := range t.store.IterVariables() {
		if rest, ok := strings.CutPrefix(v.Path(), "/"+other+"/"); ok {
			if path := "/" + branch + "/" + rest; t.store.GetVariable(path) != nil {
				if err := weights.Copy(v, t.store, path); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (t *trainer) closeGraphs() {
	for _, e := range []*model.Exec{t.gather, t.apply, t.show} {
		if e != nil {
			e.Finalize()
		}
	}
}
